"""The periodic report of an edition: what is frozen of it, how it is told, printed, and packed as evidence (P28, P29).

``facts.py`` says what a report holds, ``sheets.py`` freezes the records behind its numbers, ``telling.py`` turns kept
facts into words; ``paper.py`` and ``workbook.py`` print them. What prints reads what is kept and no live record.
"""
