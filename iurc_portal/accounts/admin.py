"""People who can sign in, and their roles. Nobody raises themselves or those above them."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.models import User
from iurc_portal.accounts.roles import ROLES, title_of
from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.staff.people import FindsPeople

admin.site.unregister(Group)
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)


class UniqueAddress:
    """Two ways to write one address are one address: said at the field, before the database says it (2.3)."""

    def clean_email(self):
        email = self.cleaned_data["email"]
        if User.objects.filter(email_key=email_key(email)).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Somebody with this e-mail address exists already."), code="unique")
        return email


class PortalUserCreationForm(UniqueAddress, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("email", "family_name", "given_name", "language")


class PortalUserChangeForm(UniqueAddress, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User
        fields = "__all__"


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "groups__id__exact"

    def lookups(self, request, model_admin):
        return [(group.pk, title_of(group)) for group in Group.objects.all()]

    def queryset(self, request, queryset):
        return queryset.filter(groups=self.value()) if (self.value() or "").isdigit() else queryset


@admin.register(User)
class UserAdmin(FindsPeople, DjangoUserAdmin, ModelAdmin):
    form = PortalUserChangeForm
    add_form = PortalUserCreationForm
    change_password_form = AdminPasswordChangeForm
    compressed_fields = True
    warn_unsaved_form = True
    list_fullwidth = True
    ordering = ["email"]
    list_display = ["email", "family_name", "given_name", "side", "language", "is_staff", "is_active"]
    list_filter = ["is_staff", "is_active", "side", "language", RoleFilter]
    search_fields = ["email"]  # and names, by their keys
    readonly_fields = ["date_joined", "last_login"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (
            _("Person"),
            {
                "fields": [
                    ("family_name", "given_name"),
                    ("family_kana", "given_kana"),
                    "romaji",
                    ("language", "tzid"),
                ]
            },
        ),
        (_("Role"), {"fields": ["is_active", "is_staff", "side", "groups", "is_superuser"]}),
        (_("Dates"), {"fields": [("date_joined", "last_login")]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "email",
                    ("family_name", "given_name"),
                    "language",
                    "usable_password",
                    "password1",
                    "password2",
                ]
            },
        )
    ]

    def get_readonly_fields(self, request, obj=None):
        readonly = list(super().get_readonly_fields(request, obj))
        return readonly if request.user.is_superuser else [*readonly, "is_superuser"]

    def has_change_permission(self, request, obj=None):
        """A superuser's password and address are nobody else's business."""
        return super().has_change_permission(request, obj) and self._is_within_reach(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._is_within_reach(request, obj)

    @staticmethod
    def _is_within_reach(request, obj) -> bool:
        return obj is None or request.user.is_superuser or not obj.is_superuser

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Managers hand out the portal's roles; what a superuser gave besides stays."""
        if db_field.name == "groups" and not request.user.is_superuser:
            given = Q(user__pk=request.resolver_match.kwargs.get("object_id"))
            kwargs["queryset"] = Group.objects.filter(Q(name__in=ROLES) | given).distinct()
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.label_from_instance = title_of
            field.widget = UnfoldAdminCheckboxSelectMultipleWidget(choices=field.choices)
            field.help_text = _("A person has the permissions of all their roles.")
        return field


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Roles are groups over permissions; only a superuser changes what a role may do."""

    filter_horizontal = []
    autocomplete_fields = ["permissions"]
    list_display = ["title"]

    @admin.display(description=_("role"), ordering="name")
    def title(self, obj):
        return title_of(obj)

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


@admin.register(Permission)
class PermissionAdmin(ReadOnly, PlainAdmin):
    """Only for choosing the permissions of a role: permissions themselves come with the code."""

    search_fields = ["name", "codename", "content_type__app_label"]

    def has_module_permission(self, request):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("content_type")


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnly, PlainAdmin):
    """Which address is proved. People change their own in their account."""

    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    list_select_related = ["user"]
    search_fields = ["email", "user__email"]
