"""What every address answers to whom: the permissions of the programme's specification (sections 6 and 8) as a table.

Each rule gives what GET answers to the ten roles, and the names of addresses for which it holds; ``*`` stands for
anything. The first rule that names an address counts, so exceptions stand before what they are exceptions from. What
is asked for belongs to Torino's side; the visit is received by Torino, ``staff@torino`` leads it.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.permissions.people import ROLES

OPEN = "open"
SIGN_IN = "sign-in"  # led to the portal's own sign-in
AGAIN = "again"  # asked for the password or a code once more
ONWARD = "onward"  # led to another page, which asks for itself
FORBIDDEN, UNSEEN, POST_ONLY = "403", "404", "405"


@dataclass(frozen=True)
class Rule:
    what: str
    answers: str  # in the order of ROLES
    names: str

    def patterns(self) -> list[str]:
        return self.names.split()

    def answer_to(self, role: str) -> str:
        return self.answers.split()[ROLES.index(role)]


def everybody(answer: str) -> str:
    return " ".join([answer] * len(ROLES))


def members(answers: str, *, stranger: str = SIGN_IN, evaluator: str = "") -> str:
    """Pages for who has signed in; ``answers`` for company, editor, delegate, Torino, Nagoya, manager, superuser.

    An evaluator finds what those find who have nothing to do with it; ``evaluator`` says where it is otherwise.
    """
    company, editor, delegate, *staff = answers.split() if " " in answers else [answers] * 7
    stranger_within = company if company == editor else delegate
    return " ".join([stranger, company, editor, stranger, delegate, evaluator or stranger_within, *staff])


def staff(answers: str) -> str:
    """Pages behind the staff's door; ``answers`` for Torino, Nagoya, manager, superuser."""
    return members(f"403 403 403 {answers if ' ' in answers else ' '.join([answers] * 4)}")


OWN_SIDE = "open 403 open open"
SEEN_BY_OWN_SIDE = "open 404 open open"
GONE_FOR_OTHERS = "open onward open open"  # Django's staff pages lead home from a record that is not there
MANAGERS = "403 403 open open"

OF_THE_PORTAL = (  # records that the portal itself writes
    "audit_transition content_contentrecord notifications_addressstatus notifications_subscription "
    "notifications_heartbeat notifications_message notifications_lettertext pages_pagerating "
    "privacy_datarequest privacy_retentionrun search_missedquery translation_textrecord ecosystem_claim "
    "ecosystem_importbatch ecosystem_listingoptout ecosystem_profilerevision events_eventchange events_delivery "
    "events_participantexport events_feedtoken events_importeditem events_registrationgroup events_series "
    "programme_followupcheck programme_document programme_personaldatatransfer programme_papertext "
    "programme_peoplecount programme_reading programme_programmereport programme_costline"
)
WITHOUT_HISTORY = (  # of which no former states are kept
    "privacy_consenttext ecosystem_city events_broadcast events_reminderrule events_track events_question "
    "events_questionset events_series programme_phase programme_programmefigure programme_survey"
)


def each(pattern: str, kinds: str) -> str:
    """``pattern`` with each of ``kinds`` in its gaps."""
    return " ".join(pattern.replace("{}", kind) for kind in kinds.split())


RULES = [
    # --- The programme: visits ------------------------------------------------------------------------------------
    Rule("public visit", everybody(OPEN), "programme:visit programme:visits"),
    Rule("propose: the page says for whom one may", members(OPEN), "programme:propose"),
    Rule(
        "a proposal: who made it, and staff",
        members("open 404 404 open open open open"),
        "programme:proposal programme:proposal_step programme:proposal_remarks",
    ),
    Rule(
        "sending a proposal, saying that the day runs late",
        everybody(POST_ONLY),
        "programme:proposal_send programme:visit_delay",
    ),
    Rule(
        "agenda, names and posts: the delegation and staff",
        members("404 404 open open open open open", stranger=UNSEEN),
        "programme:visit_agenda programme:visit_people programme:visit_documents programme:visit_emergency"
        " programme:agenda_worker",
    ),
    Rule(
        "attendance: the host city's team (and the head of the delegation)",
        members("404 404 404 open 404 open open", stranger=UNSEEN),
        "programme:visit_attendance",
    ),
    Rule("what a host was sent", "404 404 404 open 404 404 404 404 404 404", "host"),
    Rule("what a delegate was sent: the own row", "404 404 404 404 open 404 404 404 404 404", "delegate"),
    Rule(
        "planning: agenda, groups, hosts, interpreters, release, decisions",
        staff(OWN_SIDE),
        "workplace:arrange workplace:groups workplace:hosts workplace:interpreters workplace:release workplace:preview"
        " admin:programme_studyvisit_move",
    ),
    Rule("sensitive data: lead and deputy, managers with a reason", staff(SEEN_BY_OWN_SIDE), "workplace:sensitive"),
    Rule(
        "what concerns both cities of a visit",
        staff(OPEN),
        "workplace:delegation workplace:documents workplace:questions workplace:costs workplace:report"
        " workplace:surveys",
    ),
    Rule(
        "answers to checks, one by one (staff read the sums)",
        staff(MANAGERS),
        "admin:programme_followupcheck_change admin:programme_followupcheck_history",
    ),
    Rule(
        "papers for the team alone, by the delegates' page",
        members("404 404 404 open 404 open open", stranger=UNSEEN),
        "programme:visit_document",
    ),
    Rule(
        "figures, reports, evidence: evaluators and staff",
        members("404 404 404 open open open open", evaluator=OPEN),
        "programme:figures",
    ),
    Rule("follow-ups of one's own organisations and visits", members(OPEN), "my_follow_ups"),
    Rule("saying how a follow-up goes", members(POST_ONLY), "my_follow_up"),
    Rule("papers for the team alone", staff(SEEN_BY_OWN_SIDE), "admin:programme_document_file"),
    Rule(
        "papers for the team alone, follow-ups of Torino: as a list's record",
        staff(GONE_FOR_OTHERS),
        "admin:programme_document_history admin:programme_document_change admin:programme_followup_change",
    ),
    Rule(
        "old states of a follow-up of Torino",
        staff(SEEN_BY_OWN_SIDE),
        "admin:programme_followup_history admin:programme_followup_simple_history",
    ),
    Rule(
        "transfers of personal data, exports of participants: the own ones, managers all",
        staff("onward onward open open"),
        "admin:programme_personaldatatransfer_change admin:programme_personaldatatransfer_history"
        " admin:events_participantexport_change admin:events_participantexport_history",
    ),
    Rule("beginning a report of a period", staff(POST_ONLY), "admin:programme_programmereport_begin"),
    Rule(
        "what approving a report does: managers",
        staff(MANAGERS),
        "admin:programme_programmereport_approve",
    ),
    Rule(
        "a report, its PDF, how far its evidence pack is: staff of both sides",
        staff(OPEN),
        "admin:programme_programmereport_change admin:programme_programmereport_paper"
        " admin:programme_programmereport_packs",
    ),
    Rule(
        "the evidence pack, with the costs of both sides: who reads the whole budget",
        staff(SEEN_BY_OWN_SIDE),
        "admin:programme_programmereport_pack",
    ),
    Rule(
        "webinars: who gives them up, what they cost",
        staff(OWN_SIDE),
        "admin:programme_webinar_cancel admin:programme_webinar_costs",
    ),
    Rule(
        "what activities of both cities cost: each side's staff see their own, and of the budget theirs",
        staff(OPEN),
        "admin:programme_exchange_costs admin:programme_meeting_costs admin:programme_staffexchange_costs"
        " admin:programme_budget",
    ),
    Rule("papers of a stay: staff of both sides", staff(OPEN), "admin:programme_staffexchange_papers"),
    Rule(
        "a survey of Torino's event, made and opened by POST",
        staff("onward 403 onward onward"),
        "admin:programme_survey_prepare admin:programme_survey_move",
    ),
    Rule("results before there are any", staff(ONWARD), "admin:programme_survey_results"),
    # --- Links of letters -----------------------------------------------------------------------------------------
    Rule(
        "what opens to its own link alone: see test_links.py",
        everybody(UNSEEN),
        "own_data own_data_erase own_data_file subscription by_link registration registration_* invitation"
        " personal_feed join join_afterwards certificate survey follow_up_check delegate_certificate",
    ),
    Rule("the button of mail programs", everybody(ONWARD), "subscription_one_click"),
    # --- Everybody's pages ----------------------------------------------------------------------------------------
    Rule("the programme", everybody(OPEN), "programme:programme programme:webinars programme:library"),
    Rule("news", everybody(OPEN), "programme:news programme:news_item news_feed"),
    Rule("a delegate's own certificate: for nobody else", everybody(UNSEEN), "programme:visit_certificate"),
    Rule(
        "reports of the programme that were sent",
        everybody(OPEN),
        "programme:reports programme:report programme:report_paper",
    ),
    Rule("exchanges and progress", everybody(OPEN), "programme:exchanges programme:exchange programme:progress"),
    Rule(
        "how an edition goes, its numbers and their tables",
        everybody(OPEN),
        "programme:progress_csv programme:progress_edition programme:indicator programme:indicator_series"
        " programme:indicator_records",
    ),
    Rule(
        "clusters, stays without names",
        everybody(OPEN),
        "programme:clusters programme:cluster programme:staff_exchanges",
    ),
    Rule("what a webinar left: led to the video", everybody(ONWARD), "programme:library_item"),
    Rule(
        "an organisation's own pages: those who speak for it; others are led to the claim or the staff's page",
        members("onward open onward onward onward onward onward"),
        "ecosystem:organisation_edit ecosystem:organisation_confirm",
    ),
    Rule(
        "claiming a profile, telling what was taken over",
        members(OPEN),
        "ecosystem:organisation_claim ecosystem:practice_taken_over",
    ),
    Rule("buttons", everybody(POST_ONLY), "ecosystem:organisation_withdraw events:own rate_page"),
    Rule("the directory", everybody(OPEN), "ecosystem:*"),
    Rule("events", everybody(OPEN), "events:* events_feed certificates"),
    Rule("a code at the door: led to the staff's page", everybody(ONWARD), "check_in"),
    Rule("the vocabulary's names", everybody(ONWARD), "vocabulary/<slug:scheme> concept_name"),
    Rule("the vocabulary", everybody(OPEN), "vocabulary concept_data"),
    Rule("nothing of that name", everybody(UNSEEN), "picture sitemap api/v1/<anything>"),
    Rule("the API", everybody(OPEN), "api/v1/*"),
    Rule("for machines", everybody(OPEN), "healthz readyz robots security_txt sitemaps"),
    Rule("home, search, texts", everybody(OPEN), "home search text report_problem report_thanks"),
    Rule("one's data without an account, news", everybody(OPEN), "your_data your_data_* subscribe subscribe_asked"),
    # --- Accounts -------------------------------------------------------------------------------------------------
    Rule("my area", members(OPEN), "my my_data my_calendars"),
    Rule(
        "what wants the password again",
        members(AGAIN),
        "my_data_erase mfa_reauthenticate mfa_activate_totp mfa_generate_*",
    ),
    Rule("no second factor yet", members(UNSEEN), "mfa_deactivate_totp mfa_view_* mfa_download_*"),
    Rule(
        "nothing to be proved now", members(ONWARD), "mfa_authenticate account_confirm_login_code account_set_password"
    ),
    Rule(
        "signing in and up", members(ONWARD, stranger=OPEN), "account_login account_signup account_request_login_code"
    ),
    Rule("signing out", members(OPEN, stranger=ONWARD), "account_logout"),
    Rule("own account", members(OPEN), "account_email account_change_password account_reauthenticate mfa_index"),
    Rule(
        "forgotten and unproved",
        everybody(OPEN),
        "account_reset_* account_confirm_email account_email_* account_inactive",
    ),
    # --- The staff's workplace: who looks after the portal --------------------------------------------------------
    Rule("buttons", everybody(POST_ONLY), "staff_language admin:logout admin/logout/"),
    Rule("the door", staff(ONWARD), "admin:login admin/login/ admin:view_on_site"),
    Rule("no such page", staff(UNSEEN), "admin/<url>"),
    Rule("addresses of former versions", staff(ONWARD), "admin/*/<path:object_id>/"),
    Rule("asked by fields alone", staff(FORBIDDEN), "admin:autocomplete"),
    Rule(
        "home, search, own password",
        staff(OPEN),
        "admin:index admin:search admin:app_list admin:jsi18n admin:password_change*",
    ),
    Rule(
        "nobody makes or deletes these here",
        staff(FORBIDDEN),
        "admin:auth_permission_add admin:auth_permission_delete"
        " admin:account_emailaddress_add admin:account_emailaddress_delete",
    ),
    Rule(
        "groups, rights, proved addresses",
        staff("403 403 403 open"),
        "admin:auth_group_* admin:auth_permission_* admin:account_emailaddress_*",
    ),
    Rule(
        "written by the portal itself",
        staff(FORBIDDEN),
        each("admin:{}_add admin:{}_delete", OF_THE_PORTAL),
    ),
    Rule(
        "made elsewhere, or ended, never deleted",
        staff(FORBIDDEN),
        "admin:pages_problemreport_add admin:privacy_consenttext_delete admin:events_event_delete"
        " admin:events_retentionhold_delete admin:events_registration_delete admin:programme_survey_delete"
        " admin:programme_studyvisit_delete admin:programme_webinar_delete admin:programme_meeting_delete"
        " admin:events_remotecalendar_delete admin:events_syncproposal_delete admin:events_syncproposal_add",
    ),
    Rule("steps of their own", staff(UNSEEN), "admin:ecosystem_organisation_process_import"),
    Rule("steps by POST", staff(POST_ONLY), "admin:*_process_import admin:notifications_lettertext_try"),
    Rule(
        "what is done to connected calendars",
        staff(POST_ONLY),
        "admin:events_remotecalendar_move admin:events_syncproposal_decide",
    ),
    Rule("organisations come by spreadsheet", staff(OPEN), "admin:ecosystem_organisation_import"),
    Rule("nothing else does", staff(FORBIDDEN), "admin:*_import"),
    Rule(
        "no history is kept of these",
        staff(UNSEEN),
        each("admin:{}_simple_history", WITHOUT_HISTORY),
    ),
    Rule(
        "people, data requests, opt-outs: managers",
        staff(MANAGERS),
        "admin:accounts_user_* admin:auth_user_password_change admin:content_* admin:privacy_*"
        " admin:ecosystem_listingoptout_* admin:ecosystem_person_export admin:ecosystem_concept_merge",
    ),
    Rule("a transfer that was told", staff("403 403 403 open"), "admin:ecosystem_transfer_delete"),
    Rule("deleting: managers", staff(MANAGERS), "admin:*_delete"),
    # --- The staff's workplace: directory and events --------------------------------------------------------------
    Rule("own side", staff(OWN_SIDE), "admin:ecosystem_organisation_merge admin:ecosystem_organisation_opt_out"),
    Rule("own side", staff(OWN_SIDE), "admin:events_broadcast_send admin:events_event_copy"),
    Rule("own side, by POST", staff("onward 403 onward onward"), "admin:events_series_start"),
    Rule(
        "unseen by the other side",
        staff(SEEN_BY_OWN_SIDE),
        "admin:ecosystem_importbatch_columns admin:ecosystem_importbatch_refused admin:ecosystem_importbatch_change"
        " admin:events_event_check_in admin:events_event_day admin:events_event_matching",
    ),
    Rule(
        "unseen by the other side, and nothing there yet",
        staff("onward 404 onward onward"),
        "admin:events_event_room admin:events_event_presence admin:events_event_badges",
    ),
    Rule(
        "unseen by the other side: as a list's record",
        staff(GONE_FOR_OTHERS),
        "admin:ecosystem_importbatch_history admin:events_feedtoken_history admin:events_feedtoken_change"
        " admin:events_importeditem_history admin:events_importeditem_change"
        " admin:events_retentionhold_history admin:events_retentionhold_change",
    ),
    Rule(
        "steps of what has not begun",
        staff(UNSEEN),
        "admin:ecosystem_importbatch_choose admin:ecosystem_importbatch_write admin:ecosystem_importbatch_put_away"
        " admin:ecosystem_organisation_undo_merge admin:ecosystem_concept_adopt admin:events_reminderrule_letter"
        " admin:events_participantexport_download admin:events_series_later admin:events_series_remove"
        " admin:programme_survey_take_away",
    ),
    Rule(
        "a colleague's connected calendar and what it proposes",
        staff("404 404 open open"),
        "admin:events_remotecalendar_change admin:events_remotecalendar_password"
        " admin:events_remotecalendar_disconnect admin:events_remotecalendar_settings"
        " admin:events_syncproposal_change",
    ),
    Rule(
        "a colleague's connected calendar: as a list's record",
        staff("onward onward open open"),
        "admin:events_remotecalendar_history admin:events_syncproposal_history",
    ),
    Rule("a consent, where a password is used", staff(UNSEEN), "admin:events_remotecalendar_consent"),
    Rule(
        "further steps of connecting, not begun",
        staff(ONWARD),
        "admin:events_remotecalendar_choose admin:events_remotecalendar_google admin:events_remotecalendar_consented",
    ),
    # --- The staff's workplace: what staff of both sides read -----------------------------------------------------
    Rule("lists", staff(OPEN), "admin:*_changelist"),
    Rule("records, read-only where they are the other side's", staff(OPEN), "admin:*_change"),
    Rule("new records", staff(OPEN), "admin:*_add"),
    Rule("old states", staff(OPEN), "admin:*_history"),
    Rule("tables without personal data", staff(OPEN), "admin:*_export"),
    Rule(
        "letters, previews, slots",
        staff(OPEN),
        "admin:notifications_message_letter admin:notifications_lettertext_shown admin:translation_textrecord_desk"
        " admin:events_broadcast_letter admin:events_slots admin:events_calendar admin:events_calendar_move"
        " admin:events_day_notes admin:events_event_registration"
        " admin:events_questionset_preview admin:events_registration_register_delegation"
        " admin:programme_papertext_try admin:programme_survey_preview",
    ),
    Rule(
        "numbers and the records behind them, sessions of a stay of both sides",
        staff(OPEN),
        "admin:programme_indicator_rows admin:programme_indicator_periods admin:programme_staffexchange_session",
    ),
]

# Reading leaves a line in these tables, as the specification wants it.
NOTED_BY_READING = {("workplace:sensitive", "nagoya"): {"programme_sensitiveaccess"}}


def rule_for(name: str) -> tuple[Rule, str] | None:
    """The first rule for an address, with the pattern by which it names it."""
    return next(
        ((rule, pattern) for rule in RULES for pattern in rule.patterns() if fnmatchcase(name, pattern)),
        None,
    )
