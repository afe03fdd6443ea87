"""Users. The e-mail address is the login; language and time zone belong to the person (events spec 14)."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.names import Named
from iurc_portal.clock import PartnerSide, validate_tzid
from iurc_portal.translation.languages import Language


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        """Create a user who signs in with ``email``. Raises ``ValidationError`` for an address that is not one."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.email_key = email_key(email)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, email):
        return self.get(email_key=email_key(email))


class User(Named, AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. Names follow events spec 11.9; being staff never comes from outside."""

    email = models.EmailField(_("e-mail"), unique=True)
    email_key = models.CharField(max_length=254, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ITALIAN)
    tzid = models.CharField(_("time zone"), max_length=64, default="Europe/Rome", validators=[validate_tzid])
    side = models.CharField(
        _("city's side"),
        max_length=6,
        choices=PartnerSide,
        blank=True,
        help_text=_("For staff: the city they work for. They edit what belongs to this side."),
    )
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May enter the staff workplace."))
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]

    def __str__(self):
        return self.email

    def clean(self):
        super().clean()
        self.email_key = email_key(self.email)

    def get_full_name(self):
        return self.display_name(self.language) or self.email

    def get_short_name(self):
        return self.given_name or self.email
