"""The ground of the open data under ``/api/v1/``: one way to ask, to page, to refuse and to be cached.

Nothing here is imported before the first request to the API, so that a portal nobody asks for data carries no weight
of it. Each app tells ``registry`` in which module its resources are.
"""
