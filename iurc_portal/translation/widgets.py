"""Fields of forms whose choices are texts of records."""

from django.forms import Select

from iurc_portal.translation.languages import Spoken


class SpokenSelect(Select):
    """A select whose options say their language where they are ``Spoken``."""

    def create_option(self, *args, **kwargs):
        option = super().create_option(*args, **kwargs)
        if isinstance(option["label"], Spoken):
            option["attrs"]["lang"] = option["label"].language
        return option
