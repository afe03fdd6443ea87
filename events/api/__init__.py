"""The events' part of the open data."""
