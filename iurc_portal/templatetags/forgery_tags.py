"""The token against forged requests, for those who have a session to abuse; see ``accounts/forgery.py``."""

from django import template
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def token_if_signed_in(context):
    if not context["request"].user.is_authenticated:
        return ""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', context["csrf_token"])
