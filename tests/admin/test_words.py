"""What the workplace calls things, in Italian: no code, no English, one name for one thing."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Heartbeat
from iurc_portal.staff.site import UNFOLD
from tests.admin.everything import NOW, make
from tests.admin.test_organisations import form_of
from tests.factories import make_organisation, make_theme, make_user

pytestmark = pytest.mark.django_db
MENU = [entry for group in UNFOLD["SIDEBAR"]["navigation"] for entry in group["items"]]


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_the_menu_calls_a_list_as_the_list_calls_itself(language):
    with translation.override(language):
        titles = {str(entry["link"]): str(entry["title"]) for entry in MENU}
        names = {
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"): str(
                capfirst(model._meta.verbose_name_plural)
            )
            for model in admin.site._registry
            if model._meta.label != "account.EmailAddress"  # the library writes "email"
        }

    assert {link: name for link, name in names.items() if titles.get(link, name) != name} == {}


def test_saving_speaks_in_no_gender(admin_page):
    organisation = make_organisation(themes=[make_theme()], name_it="Officina")
    page = reverse("admin:ecosystem_organisation_change", args=[organisation.pk])

    answer = admin_page.post(page, form_of(admin_page, page), follow=True)

    (words,) = [str(message) for message in answer.context["messages"]]
    assert words.startswith("Salvato: organizzazione «")


def test_the_log_says_what_moved_from_where_to_where(admin_page):
    make("ecosystem.organisation")
    Transition.objects.create(
        model="ecosystem.organisation",
        object_id="1",
        from_state="draft",
        to_state="published",
        reason="verified",
        at=NOW,
    )

    html = admin_page.get(reverse("admin:audit_transition_changelist")).content.decode()

    assert all(word in html for word in ("Organizzazione", "bozza", "pubblicato", "verifica"))
    assert "ecosystem.organisation<" not in html


def test_jobs_and_roles_are_called_by_their_names(admin_page):
    Heartbeat.objects.create(name="sweep_outbox", last_success_at=NOW)
    jobs = admin_page.get(reverse("admin:notifications_heartbeat_changelist")).content.decode()
    roles = admin_page.get(reverse("admin:auth_group_changelist")).content.decode()
    form = admin_page.get(reverse("admin:accounts_user_change", args=[make_user().pk])).context["adminform"].form

    assert "Invio dei messaggi in attesa" in jobs
    assert "Responsabili del programma" in roles
    assert "Personale di una città" in {label for _key, label in form.fields["groups"].choices}


def test_dates_are_read_as_people_write_them():
    from django.utils.formats import date_format

    with translation.override("it"):
        assert date_format(NOW, "DATETIME_FORMAT") == "mar 24 nov 2026, 09:00"


def test_old_versions_are_listed_by_their_date(client, staff_of_torino):
    organisation = make_organisation()
    client.force_login(staff_of_torino)

    html = client.get(reverse("admin:ecosystem_organisation_history", args=[organisation.pk])).content.decode()

    page = reverse(
        "admin:ecosystem_organisation_simple_history", args=[organisation.pk, organisation.history.get().pk]
    )
    assert f'href="{page}"' in html
    assert ">None<" not in html


def test_the_editor_of_a_text_reads_which_marks_there_are(client, staff_of_torino):
    client.force_login(staff_of_torino)
    page = reverse("admin:pages_editabletext_change", args=[make("pages.editabletext").pk])

    assert "&lt;h2&gt;" in client.get(page).content.decode()
