"""The page on which a visit is planned, as a browser posts it."""

from datetime import UTC, date, datetime, time

from django.contrib.auth.models import Permission
from django.urls import reverse

from programme import services
from programme.models import AgendaItem
from tests.factories import make_city, make_organisation, make_user, make_visit

NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 4)
ADD = reverse("admin:programme_studyvisit_add")


def planner(client):
    """Somebody of Torino who plans visits, signed in."""
    make_organisation(kind="public_body", slug="citta-di-torino")
    user = make_user(is_staff=True, side="torino", family_name="Bianchi", given_name="Laura")
    wanted = Permission.objects.filter(content_type__app_label="programme").exclude(codename__startswith="delete_")
    user.user_permissions.set([*wanted, Permission.objects.get(codename="view_person")])
    client.force_login(user)
    return user


def change(visit):
    return reverse("admin:programme_studyvisit_change", args=[visit.pk])


def visit_data(**fields):
    return {
        "title_it": "Visita sulla mobilità",
        "host_city": make_city("torino").pk,
        "guest_city": make_city("nagoya").pk,
        "first_day": "2026-03-03",
        "last_day": "2026-03-04",
        **fields,
    }


def rows(prefix, entries, *, initial=0):
    data = {
        f"{prefix}-TOTAL_FORMS": len(entries),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for number, entry in enumerate(entries):
        data |= {f"{prefix}-{number}-{name}": value for name, value in entry.items()}
    return data


def whole(
    visit=None,
    *,
    agenda=(),
    agenda_initial=0,
    delegates=(),
    delegates_initial=0,
    questions=(),
    hosts=(),
    days=(),
    **fields,
):
    data = visit_data(**fields)
    data |= (
        rows("agenda", agenda, initial=agenda_initial)
        | rows("questions", questions)
        | rows("days", days, initial=len(days))
    )
    return data | rows("delegates", delegates, initial=delegates_initial) | rows("hosts", hosts, initial=len(hosts))


def an_item(**fields):
    return {
        "date": "2026-03-03",
        "starts": "09:00",
        "ends": "10:30",
        "kind": "meeting",
        "name_it": "Incontro",
        **fields,
    }


def a_delegate(**fields):
    return {"role": "member", "reply": "invited", **fields}


def planned(visit=None, **fields):
    visit = visit or make_visit(first_day=FIRST, last_day=LAST)
    slot = {"date": FIRST, "starts": time(9), "ends": time(10, 30), "names": {"it": "Incontro"}, "now": NOW}
    return services.plan_agenda_item(visit=visit, **{**slot, **fields})


def stored(item, **fields):
    """The row of an item that exists, as the page would post it."""
    return an_item(id=item.pk, **fields)


def errors_of(response, prefix):
    inline = next(i for i in response.context["inline_admin_formsets"] if i.formset.prefix == prefix)
    return [{name: [e.code for e in form.errors[name].as_data()] for name in form.errors} for form in inline.formset]


def items_of(visit):
    return list(AgendaItem.objects.filter(day__visit=visit).order_by("event__dtstart"))
