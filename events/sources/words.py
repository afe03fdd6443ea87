"""What is wrong with a source or an item, in staff's words. Codes come from ``fetching``, ``lines``, ``reading`` …"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SOURCE: dict[str, Any] = {
    # The address
    "address": _(
        "This is not an address. Copy the whole address of the calendar: it begins with https:// or webcal://."
    ),
    "scheme": _("The address must begin with https:// or webcal://."),
    "not_https": _("The address must begin with https://: without encryption anybody could change the calendar."),
    "credentials": _("The address contains a user name or a password. Ask the partner for a public address."),
    "port": _("Addresses with port %(port)s are not called. Ask for an address without a number after the name."),
    "unknown_name": _("No server is called %(host)s. Look for a typing mistake in the address."),
    "not_public": _("%(host)s is not a public server: calendars inside a private network are not called."),
    "redirects": _("The address leads on more than %(limit)s times. Ask the partner for the final address."),
    # The answer
    "slow": _("The server did not answer in time. The next try comes by itself."),
    "no_answer": _("The server %(host)s does not answer. The next try comes by itself."),
    "broken": _("The connection broke off. The next try comes by itself."),
    "certificate": _("The certificate of %(host)s is not valid: tell the partner."),
    "tls": _("No safe connection to %(host)s was possible: tell the partner."),
    "status": _("The server answers with the error %(status)s. The next try comes by itself."),
    "status_gone": _("There is nothing at this address any more (error %(status)s). Ask the partner for the new one."),
    "status_closed": _("The server lets nobody in without a password (error %(status)s). Ask for a public address."),
    "status_often": _("The server asks for fewer visits. The next try comes later by itself."),
    "content_encoding": _("The server compresses the calendar in a way that cannot be read (%(encoding)s)."),
    "too_large": _(
        "The calendar is larger than %(megabytes)s MB. Ask the partner for a smaller one, such as the coming year."
    ),
    "cut_short": _("The calendar arrived incomplete. The next try comes by itself."),
    # The content
    "html": _("At this address there is a web page, not a calendar. Look on that page for a link named iCal or ICS."),
    "empty": _("At this address there is an empty file. An empty file never deletes anything."),
    "not_calendar": _("What is at this address is not a calendar (it does not begin with BEGIN:VCALENDAR)."),
    "charset": _("The server names a character set that does not exist (%(charset)s). Tell the partner."),
    "encoding": _(
        "Line %(line)s is not %(charset)s: byte %(byte)s is %(value)s. Letters are not guessed; tell the partner."
    ),
    "components": _("The calendar has more than %(limit)s entries. Ask the partner for a smaller one."),
    "nested": _("Line %(line)s: parts of the calendar lie one inside the other too deeply. Tell the partner."),
    "structure": _("Line %(line)s: BEGIN and END do not match. Tell the partner."),
    "too_slow": _("Reading takes longer than %(seconds)s seconds and was stopped. Tell the partner."),
    "unexpected": _("The portal could not go on with this calendar: whoever runs it finds the reason in the log."),
    "too_big": _("Reading needs too much memory and was stopped. Tell the partner."),
    # The guards
    "emptied": _("The calendar had %(before)s coming items and now has none. Nothing was changed: is this right?"),
    "shrunken": _("Of %(before)s coming items %(missing)s are missing at once. Nothing was changed: is this right?"),
}

ITEM: dict[str, Any] = {
    "floating": _("The time has no time zone. Say once, on the page of the calendar, in which zone its times are."),
    "unknown_zone": _("The time zone “%(tzid)s” is not known, and the file does not explain it."),
    "no_start": _("The entry does not say when it begins."),
    "bad_time": _("“%(value)s” is not a day or a time."),
    "mixed": _("Start and end do not match: one has an hour or a zone, the other has none."),
    "ends_before_start": _("It ends (%(end)s) before it starts (%(start)s)."),
    "too_fine": _("It repeats more often than once a day (%(rule)s)."),
    "bad_rule": _("The rule by which it repeats cannot be read (%(words)s)."),
    "too_slow": _("Reckoning its dates takes too long; the rule was given up."),
    "too_long": _("%(property)s is longer than %(limit)s KB."),
    "unreadable": _("Line %(at)s cannot be read."),
    "no_uid": _("The file gives it no identifier: if its time or name changes, it will look like another item."),
    "no_dtstamp": _("The file does not say when the entry was written."),
    "no_end": _("The file does not say when it ends: one hour is proposed."),
    "no_name": _("The file gives it no name."),
}
MINOR = {"no_dtstamp"}  # true of many calendars, and nothing that staff need to do something about


def source_problem(code: str, params: Mapping[str, Any]) -> str:
    """A sentence; "" where there is no problem."""
    if not code:
        return ""
    if code == "status":
        kinds = {404: "status_gone", 410: "status_gone", 401: "status_closed", 403: "status_closed"}
        code = {**kinds, 429: "status_often", 503: "status_often"}.get(params.get("status", 0), code)
    return _filled(SOURCE.get(code), code, params)


def item_problems(problems: list[dict], *, minor: bool = False) -> list[str]:
    """Sentences, each with the line of the file where that is known; minor ones only where they are asked for."""
    found = []
    for problem in problems:
        code = problem.get("code", "")
        if code in MINOR and not minor:
            continue
        words = _filled(ITEM.get(code), code, problem)
        if problem.get("line"):
            words = gettext("%(words)s (line %(line)s of the file)") % {"words": words, "line": problem["line"]}
        found.append(words)
    return found


def _filled(sentence: Any, code: str, params: Mapping[str, Any]) -> str:
    if sentence is None:
        return code
    try:
        return str(sentence) % params
    except (KeyError, TypeError, ValueError):
        return str(sentence)
