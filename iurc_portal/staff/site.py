"""How unfold looks and what its menu holds. Read by settings; addresses are found when the menu is first drawn."""

from functools import cache

from django.apps import apps
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.translation.languages import Language


def language_action(request) -> str:
    return reverse("staff_language")


# The menu holds some eighty addresses of the admin, which has the same in every language: each is found once.
address = lazy(cache(reverse), str)


def allowed(permission: str):
    return lambda request: request.user.has_perm(permission)


def name_of(model: str) -> str:
    """The name of a kind of record as its list bears it, so that menu and page call one thing by one name."""
    return str(capfirst(apps.get_model(model)._meta.verbose_name_plural))


def is_current(link):
    """Whether a page belongs to the entry that leads to ``link``: of all that lead to it or above it, the nearest."""

    def current(request) -> bool:
        if not hasattr(request, "current_entry"):
            home, *links = [str(item["link"]) for part in UNFOLD["SIDEBAR"]["navigation"] for item in part["items"]]
            above = [one for one in links if request.path.startswith(one)]
            request.current_entry = max(above, key=len, default=home if request.path == home else None)
        return request.current_entry == str(link)

    return current


def page(icon: str, name: str, title, permission: str) -> dict:
    """A page that is no list of records, by the name of its address."""
    link = address(f"admin:{name}")
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "active": is_current(link),
        "permission": allowed(permission),
    }


def entry(icon: str, model: str, title=None, permission: str = "view") -> dict:
    app, name = model.split(".")
    link = address(f"admin:{app}_{name}_changelist")
    return {
        "title": lazy(name_of, str)(model) if title is None else title,
        "icon": icon,
        "link": link,
        "active": is_current(link),
        "permission": allowed(f"{app}.{permission}_{name}"),
    }


def group(title, *entries: dict) -> dict:
    return {"title": title, "separator": True, "items": list(entries)}


UNFOLD = {
    "SITE_TITLE": _("Torino–Nagoya"),
    "SITE_HEADER": _("Torino–Nagoya"),
    "SITE_SUBHEADER": _("Staff workplace"),
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("portal/mark-dark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}],
    "STYLES": [lambda request: static("portal/staff.css")],
    "SCRIPTS": [lambda request: static("portal/staff.js"), lambda request: static("portal/day-notes.js")],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_BACK_BUTTON": False,
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {
        "action": language_action,
        "navigation": [{"code": code, "name_local": name} for code, name in Language.choices],
    },
    "ACCOUNT": {
        "navigation": [
            {"title": _("My profile"), "link": reverse_lazy("my")},
            {"title": _("Change password"), "link": reverse_lazy("account_change_password")},
            {"title": _("Second factor"), "link": reverse_lazy("mfa_index")},
        ]
    },
    "DASHBOARD_CALLBACK": "iurc_portal.staff.dashboard.context",
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "font": {"subtle-light": "var(--color-base-600)"},  # readable on unfold's greys, too
        "primary": {
            "50": "#eaf0fa",
            "100": "#d6e2f6",
            "200": "#aec5ec",
            "300": "#7fa3de",
            "400": "#4a7ac9",
            "500": "#2158ae",
            "600": "#0a3a8c",
            "700": "#072a66",
            "800": "#061f4d",
            "900": "#051b45",
            "950": "#03102b",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "command_search": False,
        "show_all_applications": False,
        "navigation": [
            {"items": [{"title": _("Home"), "icon": "home", "link": address("admin:index")}]},
            group(
                pgettext_lazy("staff menu", "Ecosystem"),
                entry("domain", "ecosystem.organisation"),
                entry("rate_review", "ecosystem.profilerevision"),
                entry("approval_delegation", "ecosystem.claim"),
                entry("handshake", "ecosystem.listing"),
                entry("hub", "ecosystem.initiative"),
                entry("conversion_path", "ecosystem.testbed"),
                entry("compare_arrows", "ecosystem.mirrorpair"),
                entry("science", "ecosystem.testrun"),
                entry("verified", "ecosystem.goodpractice"),
                entry("move_down", "ecosystem.transfer"),
                entry("dictionary", "ecosystem.concept"),
                entry("upload_file", "ecosystem.importbatch"),
                entry("translate", "translation.textrecord"),
                entry("search_off", "search.missedquery"),
                entry("place", "ecosystem.place"),
            ),
            group(
                _("Events"),
                page("calendar_month", "events_calendar", _("Calendar"), "events.view_event"),
                entry("videocam", "programme.webinar"),
                entry("event", "events.event"),
                entry("event_repeat", "events.series"),
                entry("how_to_reg", "events.registration"),
                entry("rss_feed", "events.feedtoken"),
                entry("cloud_download", "events.feedsource"),
                entry("fact_check", "events.importeditem"),
                entry("sync", "events.remotecalendar"),
                entry("compare", "events.syncproposal"),
                page("schedule", "events_slots", _("Find a time"), "events.view_event"),
                entry("alarm", "events.reminderrule"),
                entry("update", "events.eventchange"),
                entry("groups", "events.registrationgroup"),
                entry("quiz", "events.questionset"),
                entry("contact_support", "events.question"),
                entry("ballot", "programme.survey"),
            ),
            group(
                _("Visits and programme"),
                entry("flight_takeoff", "programme.studyvisit"),
                entry("picture_as_pdf", "programme.document"),
                entry("stylus_note", "programme.papertext"),
                entry("output", "programme.personaldatatransfer"),
                entry("route", "programme.traveltime"),
                entry("directions_bus", "programme.vehicle"),
                entry("task_alt", "programme.followup"),
                entry("published_with_changes", "programme.followupcheck"),
                entry("sync_alt", "programme.exchange"),
                entry("badge", "programme.staffexchange"),
                entry("handshake", "programme.meeting"),
                entry("public", "programme.thematiccluster"),
            ),
            group(
                _("Progress"),
                entry("calendar_month", "programme.edition"),
                entry("target", "programme.objective"),
                entry("checklist", "programme.actionitem"),
                entry("flag", "programme.milestone"),
                page(
                    "fact_check",
                    "programme_indicator_periods",
                    _("Indicators by period"),
                    "programme.view_reading",
                ),
                page(
                    "account_balance",
                    "programme_budget",
                    pgettext_lazy("programme", "Budget"),
                    "programme.view_costline",
                ),
                entry("receipt_long", "programme.costline"),
                entry("speed", "programme.indicator"),
                entry("history", "programme.reading"),
                entry("summarize", "programme.programmereport"),
                entry("groups", "programme.peoplecount"),
            ),
            group(
                _("Content"),
                entry("newspaper", "programme.newsitem"),
                entry("article", "pages.editabletext"),
                entry("history_edu", "programme.datedevent"),
                entry("timeline", "programme.phase"),
                entry("monitoring", "programme.programmefigure"),
                entry("star", "pages.pagerating"),
                entry("report", "pages.problemreport"),
            ),
            group(
                _("Messages"),
                entry("mail", "notifications.message"),
                entry("campaign", "events.broadcast"),
                entry("edit_note", "notifications.lettertext"),
                entry("notifications", "events.delivery"),
                entry("how_to_vote", "notifications.subscription"),
                entry("unsubscribe", "notifications.addressstatus"),
            ),
            group(
                _("People and accounts"),
                entry("contacts", "ecosystem.person"),
                entry("manage_accounts", "accounts.user"),
                entry("alternate_email", "account.emailaddress", title=_("E-mail addresses")),
            ),
            group(
                _("Personal data"),
                page("person_search", "privacy_people", _("People by their address"), "privacy.manage_people"),
                entry("assignment_ind", "privacy.datarequest"),
                entry("auto_delete", "privacy.retentionrun"),
                entry("lock_clock", "events.retentionhold"),
                entry("policy", "privacy.consenttext"),
            ),
            group(
                _("Settings"),
                entry("location_city", "ecosystem.city"),
                entry("label", "events.track"),
                entry("badge", "auth.group"),
                entry("schedule", "notifications.heartbeat"),
                entry("history", "audit.transition"),
                entry("download", "events.participantexport"),
                entry("visibility_off", "ecosystem.listingoptout", permission="lift"),
                entry("inventory_2", "content.contentrecord"),
            ),
        ],
    },
}
