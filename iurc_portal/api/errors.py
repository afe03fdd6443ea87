"""Refusals as JSON: ``{"code", "field", "message"}``, the message in the language that was asked for."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAcceptable, NotFound, Throttled
from rest_framework.response import Response

from iurc_portal.database import RETRY_SECONDS, is_busy

LONGEST_SHOWN = 80  # letters of a wrong value that a message repeats


class BadParameter(APIException):
    """A value in the query string that has no meaning. ``field`` is the parameter."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, field: str, code: str, message: str):
        super().__init__(message, code)
        self.field = field


class NoSuchPage(NotFound):
    field = "page"


def unknown_value(field: str, value: str) -> BadParameter:
    words = _("“%(value)s” is not a value of “%(field)s”. The answer without it lists the values under “facets”.")
    return BadParameter(field, "unknown_value", words % {"value": value[:LONGEST_SHOWN], "field": field})


def not_one_of(field: str, value: str, values) -> BadParameter:
    words = _("“%(value)s” is not a value of “%(field)s”. Choose one of: %(values)s.")
    shown = {"value": value[:LONGEST_SHOWN], "field": field, "values": ", ".join(values)}
    return BadParameter(field, "unknown_value", words % shown)


def bad_number(field: str, value: str, highest: int) -> BadParameter:
    words = _("“%(value)s” is not a whole number from 1 to %(highest)s.")
    return BadParameter(field, "bad_number", words % {"value": value[:LONGEST_SHOWN], "highest": highest})


def bad_day(field: str, value: str) -> BadParameter:
    words = _("“%(value)s” is not a day. Write it as 2027-03-28.")
    return BadParameter(field, "bad_day", words % {"value": value[:LONGEST_SHOWN]})


def repeated(field: str) -> BadParameter:
    return BadParameter(field, "repeated", _("“%(field)s” may be given once.") % {"field": field})


def answer(error: Exception, _context) -> Response | None:
    """The answer to a refusal; None for what is no refusal but a fault of ours, which then surfaces as such."""
    headers = {}
    if isinstance(error, Throttled):
        wait = int(error.wait or 1)
        headers["Retry-After"] = str(wait)
        code, message = "too_many_requests", _("Too many requests. Ask again in %(n)s seconds.") % {"n": wait}
    elif isinstance(error, MethodNotAllowed):
        code, message = "method_not_allowed", _("This address is read only: use GET, HEAD or OPTIONS.")
    elif isinstance(error, NotAcceptable):
        code, message = "not_acceptable", _("Answers are JSON: ask for application/json.")
    elif isinstance(error, NoSuchPage):
        code, message = "no_such_page", _("There are fewer pages.")
    elif isinstance(error, Http404 | PermissionDenied | NotFound):
        code, message = "not_found", _("There is nothing at this address.")
    elif isinstance(error, BadParameter):
        code, message = error.get_codes(), str(error.detail)
    elif is_busy(error):
        headers["Retry-After"] = str(RETRY_SECONDS)
        words = _("The portal could not answer just now. Ask again in %(n)s seconds.")
        code, message = "busy", words % {"n": RETRY_SECONDS}
    else:
        return None
    otherwise = status.HTTP_503_SERVICE_UNAVAILABLE if code == "busy" else status.HTTP_404_NOT_FOUND
    status_code = getattr(error, "status_code", otherwise)
    body = {"code": code, "field": getattr(error, "field", None), "message": message}
    return Response(body, status=status_code, headers=headers)
