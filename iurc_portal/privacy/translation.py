from modeltranslation.translator import TranslationOptions, register

from iurc_portal.privacy.models import ConsentText


@register(ConsentText)
class ConsentTextTranslation(TranslationOptions):
    fields = ("text",)
