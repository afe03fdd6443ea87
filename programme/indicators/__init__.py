"""What the portal counts by itself for an edition: periods, queries, and their values (P27).

``queries.py`` is the table of them; each query is one queryset, of which both the number and its records come.
"""
