"""The documented history before an edition, as the progress page tells it: what is numbered in picture and list."""

from datetime import date

from programme.models import DatedEvent, Edition


def history_before(edition: Edition | None, *, today: date) -> list[DatedEvent]:
    """What the two cities did before the edition began, oldest first. One statement."""
    until = edition.first_day if edition and edition.first_day and edition.first_day <= today else today
    return list(DatedEvent.objects.between_the_cities().filter(date__lte=until).order_by("date", "pk"))
