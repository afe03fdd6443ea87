"""The papers of a visit as PDF: the sample visit with 30 more items and 40 more guests, in each language.

``python -m tests.bench.papers`` prints processor time in milliseconds (minimum, median, maximum of five rounds) of
reading, HTML and PDF. It needs a database with the demonstration and leaves it as it was.
"""

import os
import statistics
import sys
import time
from datetime import timedelta

ROUNDS, DAYS, A_DAY, PEOPLE = 5, 3, 10, 40
KINDS = ("itinerary", "name-list", "run-of-show")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iurc_portal.settings")
    import django

    django.setup()
    from django.db import transaction

    with transaction.atomic():
        visit = large_visit()
        for kind in KINDS:
            for language in ("it", "en", "ja"):
                taken, octets = measured(visit, kind, language)
                middle = f"{min(taken):.0f} {statistics.median(taken):.0f} {max(taken):.0f} ms"
                sys.stdout.write(f"{kind} {language}: {middle}, {octets / 1024:.0f} KiB\n")
        transaction.set_rollback(True)


def large_visit():
    """The sample visit under way, grown."""
    from programme.models import StudyVisit
    from tests import factories

    visit = StudyVisit.objects.filter(state=StudyVisit.State.RUNNING).first()
    model = visit.days.first().items.filter(event__place__isnull=False).first()
    start = model.event.dtstart
    for number in range(DAYS * A_DAY):
        day, hour = divmod(number, A_DAY)
        begin = start + timedelta(days=day, hours=hour)
        event = factories.make_event(
            dtstart=begin, dtend=begin + timedelta(minutes=50), name_it=f"Incontro {number}", name_ja=f"面談{number}",
            place=model.event.place, status="CONFIRMED", access="participants",
        )  # fmt: skip
        item = factories.make_agenda_item(visit, event=event, organisation=model.organisation, spoken_languages=["it"])
        item.hosts.create(person=factories.make_person(family_name="Rossi", given_name=f"Maria {number}"))
    for number in range(PEOPLE):
        person = factories.make_person(family_name="山田", given_name=f"太郎{number}", romaji=f"Taro{number} Yamada")
        visit.delegates.create(person=person, rank=number + 10)
    return visit


def measured(visit, kind: str, language: str) -> tuple[list[float], int]:
    from django.utils import timezone

    from iurc_portal.documents import pdf_of
    from programme.models import Document
    from programme.papers.sheets import sheet_of

    now = timezone.now()
    transfer = {"name": "City", "country": "JP", "is_public_body": True, "basis": "arrangement", "people": []}
    taken, pdf = [], b""
    for _round in range(ROUNDS):
        document = Document(
            visit=visit, kind=kind, language=language, number=1, dated_on=now.date(), created_at=now,
            particulars={"transfer": transfer},
        )  # fmt: skip
        began = time.process_time()
        pdf = pdf_of(sheet_of(document).html)
        taken.append(1000 * (time.process_time() - began))
    return taken, len(pdf)


if __name__ == "__main__":
    main()
