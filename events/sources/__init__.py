"""Calendars that others publish, on their way in: fetched, read, expanded, reviewed (events spec 10).

``reading`` and ``expanding`` know nothing of Django: they run in a process of their own that can be stopped.
"""
