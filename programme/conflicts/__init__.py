"""What is wrong with the agenda of a visit (programme spec P6): facts are gathered, rules check them, words tell them.

Editing is never refused: a draft may be wrong while one thinks. Staff's pages ask ``services.conflicts_of``.
"""
