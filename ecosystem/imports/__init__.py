"""Spreadsheets of organisations: reading a file, understanding its cells, judging its rows. Writes nothing."""
