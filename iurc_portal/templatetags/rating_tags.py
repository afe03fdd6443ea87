"""The follow-up questions of the page rating."""

from django import template

from iurc_portal.pages import forms

register = template.Library()


@register.simple_tag
def rating_questions():
    return {"positive": forms.POSITIVE_REASONS, "negative": forms.NEGATIVE_REASONS}
