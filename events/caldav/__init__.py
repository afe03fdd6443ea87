"""CalDAV without the database: speaking with a server, what a copy of an event says, comparing three states."""
