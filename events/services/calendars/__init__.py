"""Keeping calendars elsewhere in step with ours (events spec 9). Who may do it is the caller's question."""
