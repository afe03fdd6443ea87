"""People met while planning: written once, found again afterwards."""

from django.db import transaction

from ecosystem.models import Organisation, Person


@transaction.atomic
def find_or_write_person(
    *, family_name: str, given_name: str = "", organisation: Organisation | None = None, **fields
) -> Person:
    """Return the person of this name and organisation, written now if nobody knows them yet.

    ``fields`` (title, e-mail, readings…) fill what is still empty on a known person and never write over it.
    Raises ``ValidationError`` where a field is wrong.
    """
    known = Person.objects.filter(family_name=family_name, given_name=given_name, organisation=organisation)
    person = known.order_by("pk").first() or Person(
        family_name=family_name, given_name=given_name, organisation=organisation
    )
    news = {name: value for name, value in fields.items() if value and not (person.pk and getattr(person, name))}
    if person.pk and not news:
        return person
    for name, value in news.items():
        setattr(person, name, value)
    person.full_clean()
    person.save()
    return person
