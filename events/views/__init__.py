"""Public pages: lists and details in ``pages``, registering in ``registering``, a registrant's own page in ``own``."""
