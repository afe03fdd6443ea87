from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from iurc_portal.pages.models import EditableText
from iurc_portal.translation.languages import Language
from iurc_portal.translation.registry import SHOWN, register_translated


@register(EditableText)
class EditableTextTranslation(TranslationOptions):
    fields = ("title", "body")


keep_history(EditableText, app="iurc_portal.pages")
register_translated(
    EditableText,
    required=("title", "body"),
    source_language=Language.ITALIAN,
    value=lambda text, language: SHOWN,
)
