"""News for the apps above, all sent on commit. Each carries ``event``; the registration ones ``registration`` too."""

from django.dispatch import Signal

event_published = Signal()
event_moved = Signal()
event_cancelled = Signal()
event_restored = Signal()
registration_confirmed = Signal()
registration_withdrawn = Signal()
attendance_recorded = Signal()  # somebody was present, or is not any more: ask events.services.attendance
