"""The ecosystem's part of the open data."""
