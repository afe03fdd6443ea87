"""News: written, looked at as readers will see it, published now or for a day to come, withdrawn."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from iurc_portal.admin import EditableBy, PortalAdmin, page_links
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.staff.actions import Move, MovesOfRecord, each_row
from iurc_portal.staff.filters import missing_language
from iurc_portal.staff.slugs import SlugFromTitle
from iurc_portal.staff.times import WallClockField
from iurc_portal.translation.languages import columns
from programme.models import NewsItem
from programme.services import news

State = NewsItem.State
BADGES = {State.DRAFT: "info", State.PUBLISHED: "success", State.WITHDRAWN: "danger"}


class NewsForm(SlugFromTitle):
    """``published_at`` is typed on the clocks of the city of whoever writes; ``side`` is set by the admin."""

    side = PartnerSide.TORINO

    published_at = WallClockField(
        label=_("readers find it from"),
        required=False,
        help_text=_("Empty: from when it is published. Later than now: it appears by itself."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields.get("published_at")
        if field is None:
            return
        clocks = _("On the clocks of %(city)s.") % {"city": self.side.label}
        field.label = capfirst(field.label)
        field.help_text = format_lazy("{} {}", field.help_text, clocks)
        if self.instance.published_at is not None:
            local = self.instance.published_at.astimezone(self.zone)
            self.initial["published_at"] = local
            field.ask_if_doubled(local)

    @property
    def zone(self) -> ZoneInfo:
        return ZONES[self.side]

    def clean(self):
        cleaned = super().clean()
        if "published_at" in self.fields and "published_at" not in self.errors:
            cleaned["published_at"] = self._instant(cleaned.get("published_at"))
        return cleaned

    def _instant(self, typed) -> datetime | None:
        """The moment that was typed, None where there is none or it is refused; seconds stay if nothing was typed."""
        if "published_at" not in self.changed_data:
            return self.instance.published_at
        if typed is None:
            return None
        field = self.fields["published_at"]
        try:
            instant = typed.instant(self.zone.key)
        except ValidationError as refusal:
            self.add_error("published_at", refusal)
            if getattr(refusal, "choices", ()):
                field.ask(refusal.choices)
            return None
        field.ask_if_doubled(instant)
        return instant


@admin.register(NewsItem)
class NewsItemAdmin(MovesOfRecord, EditableBy, PortalAdmin):
    form = NewsForm
    change_form_before_template = "admin/programme/_moves.html"
    general = (
        ("state_now", "on_the_site"),
        ("slug", "source_language"),
        "published_at",
        ("visit", "webinar"),
        ("practice", "exchange"),
        ("written_by", "is_sample"),
    )
    list_display = ["title", "state_badge", "published_at", "languages"]
    list_filter = ["state", missing_language("text"), "exchange"]
    search_fields = [*columns("title", "text"), "slug"]
    autocomplete_fields = ["visit", "webinar", "practice", "exchange"]
    readonly_fields = ["state_now", "on_the_site", "written_by"]
    date_hierarchy = "published_at"
    actions = ["publish", "withdraw"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.side = PartnerSide(request.user.side or PartnerSide.TORINO)
        return form

    def has_delete_permission(self, request, obj=None):
        """What was once published is withdrawn: feeds and search engines know its name."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == State.DRAFT)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)

    def moves_of(self, obj) -> dict[str, Move]:
        def publish(obj, **who):
            return news.publish_news(item=obj, **who)

        def withdraw(obj, **who):
            return news.withdraw_news(item=obj, **who)

        if State.PUBLISHED in obj.NEXT[obj.state]:
            return {"publish": Move(_("Publish"), publish, _("“%(name)s” is published."))}
        return {"withdraw": Move(_("Withdraw"), withdraw, _("“%(name)s” is withdrawn."))}

    @display(description=_("state"), ordering="state", label={state.value: colour for state, colour in BADGES.items()})
    def state_badge(self, obj):
        return obj.state, self.state_now(obj)

    @admin.display(description=_("state"))
    def state_now(self, obj):
        if obj.pk is None:
            return _("Save it first: it starts as a draft.")
        return _("published, not shown yet") if obj.is_waiting(now=timezone.now()) else obj.get_state_display()

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return self.languages_shown(obj, "text")

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)

    @admin.display(description=_("written by"))
    def written_by(self, obj):
        return obj.author or "–"

    @admin.action(description=_("Publish the selected news"), permissions=["change"])
    def publish(self, request, queryset):
        now = timezone.now()
        each_row(self, request, queryset, lambda row: news.publish_news(item=row, by=request.user, now=now))

    @admin.action(description=_("Withdraw the selected news"), permissions=["change"])
    def withdraw(self, request, queryset):
        now = timezone.now()
        each_row(self, request, queryset, lambda row: news.withdraw_news(item=row, by=request.user, now=now))
