"""How django-allauth sees our accounts: its letters follow the reader's language and the portal's sender."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import get_language

from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import zone_of_language


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request, user, form, commit=True):
        """Keep the language of the first visit as the person's own, with the zone that goes with it (14.5)."""
        user = super().save_user(request, user, form, commit=False)
        user.email_key = email_key(user.email)
        user.language = get_language() or user.language
        user.tzid = zone_of_language(user.language)
        if commit:
            user.save()
        return user
