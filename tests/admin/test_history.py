"""Old versions: read by everybody who may, put back where only facts are at stake."""

import pytest
from django.contrib import admin
from django.urls import reverse

from iurc_portal.audit.machine import StateMachine
from programme.models import StudyVisit
from tests.admin.everything import make
from tests.factories import make_event, make_test_run, make_webinar

WITH_HISTORY = {
    model._meta.label_lower: model
    for model in admin.site._registry
    if hasattr(model._meta, "simple_history_manager_attribute")
}
GUARDED = sorted(
    label
    for label, model in WITH_HISTORY.items()
    if issubclass(model, StateMachine) or label in {"programme.webinar", "events.event"}
)


def old_version(record):
    """The page of the oldest version of ``record``."""
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}_simple_history"
    return reverse(name, args=[record.pk, record.history.last().history_id])


@pytest.mark.parametrize("label", GUARDED)
def test_what_has_a_state_or_a_time_is_looked_at_and_not_put_back(label, admin_page):
    record = make(label)
    page = old_version(record)

    shown = admin_page.get(page)
    answer = admin_page.post(page, {})

    assert shown.status_code == 200
    assert shown.context["revert_disabled"] is True
    assert [name for name in shown.context["adminform"].form.fields if name in record.__dict__] == []
    assert answer.status_code == 403
    assert record.history.count() == 1


def test_going_back_never_cancels_a_visit_nor_brings_it_back(admin_page):
    visit = make("programme.studyvisit")
    page = old_version(visit)
    StudyVisit.objects.filter(pk=visit.pk).update(state="cancelled")

    admin_page.post(page, {"title_en": "As it was", "_save": "1"})

    visit.refresh_from_db()
    assert visit.state == "cancelled"


def test_going_back_brings_the_texts_of_a_test_and_leaves_its_state(admin_page):
    run = make_test_run(title_en="First words", state="planned")
    page = old_version(run)
    run.title_en, run.state, run.slug = "Other words", "completed", "new-address"
    run.save()
    form = admin_page.get(page).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}

    answer = admin_page.post(page, {**data, "state": "planned"})

    run.refresh_from_db()
    assert answer.status_code == 302
    assert (run.title_en, run.state, run.slug) == ("First words", "completed", "new-address")


def test_staff_do_not_put_back_what_belongs_to_the_other_city(client, staff_of_nagoya):
    run = make_test_run()
    client.force_login(staff_of_nagoya)

    assert client.post(old_version(run), {}).status_code == 403


def test_the_old_version_of_a_webinar_shows_its_words(admin_page):
    webinar = make_webinar(goals_it="Conoscersi.")

    assert "Conoscersi." in admin_page.get(old_version(webinar)).content.decode()


def test_the_other_citys_event_is_read_and_not_changed(client, staff_of_nagoya):
    event = make_event()
    client.force_login(staff_of_nagoya)

    page = client.get(reverse("admin:events_event_change", args=[event.pk]))

    assert (page.status_code, page.context["has_change_permission"]) == (200, False)


def test_what_the_other_city_does_not_see_has_no_past_for_them(client, staff_of_nagoya):
    follow_up = make("programme.followup")  # Torino answers for it, in a visit that Torino receives
    client.force_login(staff_of_nagoya)

    pages = [reverse("admin:programme_followup_history", args=[follow_up.pk]), old_version(follow_up)]

    assert [client.get(page).status_code for page in pages] == [404, 404]


def test_of_what_keeps_no_history_there_is_no_old_version(admin_page):
    city = make("ecosystem.city")

    assert admin_page.get(reverse("admin:ecosystem_city_simple_history", args=[city.pk, 1])).status_code == 404
