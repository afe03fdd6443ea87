"""Stands in for the reading process in a test: it never answers."""

import time

time.sleep(60)
