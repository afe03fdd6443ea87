"""Connecting a calendar in steps: where it is, which one and what goes there; then its page shows the first run."""

import json
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from events.admin.calendars.forms import AccountForm, ChoiceForm, ServerForm
from events.caldav import errors, oauth
from events.caldav.auth import Basic, Credentials
from events.models import RemoteCalendar
from events.remote_words import NO_CALENDAR, advice
from events.services.calendars import connecting
from iurc_portal import secret_fields

BEGUN = "calendar-being-connected"  # in the session, encrypted, until the second step is done …
LASTS = timedelta(minutes=30)  # … or so long
MOST_SHOWN = 200


class ConnectPages:
    """The steps, for the admin of calendars. Between them passwords stand in the session, encrypted."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [
            path("add/choose/", wrap(self.choose_view), name="events_remotecalendar_choose"),
            path("add/google/", wrap(self.google_view), name="events_remotecalendar_google"),
            path(
                "add/google/back/", wrap(require_safe(self.google_back_view)), name="events_remotecalendar_consented"
            ),
            path("<int:pk>/consent/", wrap(self.renew_consent_view), name="events_remotecalendar_consent"),
        ]
        return [*own, *super().get_urls()]

    # --- First step ------------------------------------------------------------------------------------------------

    def add_view(self, request, form_url="", extra_context=None):
        """GET asks for the server; POST asks it for its calendars and goes on, or says kindly why not."""
        self._may_connect(request)
        form = ServerForm(request.POST or None)
        if form.is_valid() and secret_fields.has_key():
            data = form.cleaned_data
            try:
                found = connecting.discover(data["address"], Basic(data["username"], data["password"]))
            except errors.CalDavError as error:
                form.add_error(None, ValidationError(advice(error), code=error.code))
            else:
                if found:
                    return self._go_on(request, found, username=data["username"], secret=data["password"])
                form.add_error(None, ValidationError(NO_CALENDAR, code="none"))
        return self._page(request, "connect", _("Connect a calendar"), form=form, google=oauth.is_configured())

    def _may_connect(self, request) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _go_on(self, request, found, **credentials):
        offered = [[one.url, one.name] for one in found[:MOST_SHOWN]]
        _keep(request, {"found": offered, **credentials})
        return redirect("admin:events_remotecalendar_choose")

    # --- Second step -----------------------------------------------------------------------------------------------

    def choose_view(self, request):
        """Which calendar, what goes there, what may be changed there; POST connects it and starts the first run."""
        self._may_connect(request)
        begun = _kept(request)
        if begun is None:
            return redirect("admin:events_remotecalendar_add")
        names = dict(begun["found"])
        form = ChoiceForm(
            request.POST or None,
            found=list(names.items()),
            initial={"language": request.user.language},
        )
        if form.is_valid():
            data = form.cleaned_data
            url = data["collection"]
            credentials = {
                name: begun[name] for name in ("auth", "username", "secret", "access_token") if name in begun
            }
            if "access_until" in begun:
                credentials["access_until"] = datetime.fromisoformat(begun["access_until"])
            try:
                calendar = connecting.connect(
                    owner=request.user,
                    collection=connecting.Collection(url, names[url]),
                    scope=data["scope"],
                    city=data["city"],
                    remote_owns=tuple(data["remote_owns"]),
                    language=data["language"],
                    now=timezone.now(),
                    **credentials,
                )
            except errors.CalDavError as error:
                refusal = advice(error)
                if isinstance(error, (errors.Forbidden, errors.Rejected)):
                    refusal = _("This user may not write into that calendar. Choose another one, or ask its owner.")
                form.add_error(None, ValidationError(refusal, code=error.code))
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
            else:
                request.session.pop(BEGUN, None)
                return redirect("admin:events_remotecalendar_change", calendar.pk)
        return self._page(request, "choose", _("Which calendar, and what goes there"), form=form)

    # --- Google: a consent instead of a password ---------------------------------------------------------------------

    def google_view(self, request):
        """GET asks for the account; POST shows the way to Google, where the person consents."""
        self._may_connect(request)
        if not (oauth.is_configured() and secret_fields.has_key()):
            return redirect("admin:events_remotecalendar_add")
        form = AccountForm(request.POST or None)
        onward = self._consent(request, form.cleaned_data["account"]) if form.is_valid() else ""
        return self._page(request, "google", _("Google Calendar"), form=form, onward=onward)

    def renew_consent_view(self, request, pk):
        """The same for a calendar whose consent has ended."""
        calendar = get_object_or_404(self.get_queryset(request), pk=pk, auth=RemoteCalendar.Auth.OAUTH)
        if not (oauth.is_configured() and secret_fields.has_key()):
            return redirect("admin:events_remotecalendar_change", pk)
        onward = self._consent(request, calendar.username, pk=pk) if request.method == "POST" else ""
        return self._page(request, "google", _("Give the consent again"), calendar=calendar, onward=onward)

    def _consent(self, request, account: str, *, pk: int | None = None) -> str:
        state, verifier = oauth.new_state()
        _keep(request, {"state": state, "verifier": verifier, "account": account, "pk": pk})
        return oauth.consent_address(state=state, verifier=verifier, back=_back(request), account=account)

    def google_back_view(self, request):
        """Where Google sends the person: nothing is done unless this browser began it (``state``)."""
        self._may_connect(request)
        begun = _kept(request)
        state = request.GET.get("state", "")
        if begun is None or not state or begun.get("state") != state:
            self.message_user(request, _("This consent was not begun here, or too long ago: begin again."), "ERROR")
            return redirect("admin:events_remotecalendar_add")
        request.session.pop(BEGUN, None)
        now = timezone.now()
        try:
            if "code" not in request.GET:
                raise errors.Unauthorized(request.GET.get("error", "")[:100])
            tokens = oauth.redeem(request.GET["code"], verifier=begun["verifier"], back=_back(request), now=now)
            if not tokens.refresh:
                raise errors.Unauthorized("no refresh token")
            if begun.get("pk"):
                return self._consented_again(request, begun["pk"], tokens, now=now)
            found = connecting.discover(oauth.calendar_address(begun["account"]), _token(tokens))
        except errors.CalDavError as error:
            self.message_user(request, advice(error, is_consent=True), "ERROR")
            return redirect("admin:events_remotecalendar_add")
        if not found:
            self.message_user(request, NO_CALENDAR, "ERROR")
            return redirect("admin:events_remotecalendar_add")
        return self._go_on(
            request,
            found,
            auth=RemoteCalendar.Auth.OAUTH,
            username=begun["account"],
            secret=tokens.refresh,
            access_token=tokens.access,
            access_until=tokens.until.isoformat(),
        )

    def _consented_again(self, request, pk: int, tokens: oauth.Tokens, *, now: datetime):
        calendar = get_object_or_404(self.get_queryset(request), pk=pk, auth=RemoteCalendar.Auth.OAUTH)
        connecting.renew_secret(
            calendar,
            now=now,
            by=request.user,
            secret=tokens.refresh,
            access_token=tokens.access,
            access_until=tokens.until,
        )
        self.message_user(request, _("The consent is renewed: the calendar goes on."), "SUCCESS")
        return redirect("admin:events_remotecalendar_change", pk)

    def _page(self, request, name: str, title, **more):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "has_key": secret_fields.has_key(),
            "list_url": reverse("admin:events_remotecalendar_changelist"),
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"admin/events/calendars/{name}.html", context)


def _token(tokens: oauth.Tokens) -> Credentials:
    """The tokens of a calendar that has no row yet."""
    calendar = RemoteCalendar(secret=tokens.refresh, access_token=tokens.access, access_until=tokens.until)
    return oauth.Bearer(calendar)


def _back(request) -> str:
    return request.build_absolute_uri(reverse("admin:events_remotecalendar_consented"))


def _keep(request, facts: dict) -> None:
    until = timezone.now() + LASTS
    request.session[BEGUN] = secret_fields.encrypt(json.dumps({**facts, "until": until.isoformat()}))


def _kept(request) -> dict | None:
    """What the first step left, if it is not too old; nothing that cannot be read."""
    try:
        facts = json.loads(secret_fields.decrypt(request.session.get(BEGUN, "")) or "null")
    except secret_fields.Unreadable:
        return None
    if facts is None or datetime.fromisoformat(facts["until"]) <= timezone.now():
        return None
    return facts
