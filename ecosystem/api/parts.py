"""What records of several kinds say alike, and what they say of each other: the pieces of ``serializers``."""

from rest_framework import serializers

from iurc_portal.api.fields import NumberField, PageField, TextField


def fact(choices, help_text: str = "") -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=choices, read_only=True, help_text=help_text)


class OptionalFact(serializers.ChoiceField):
    """One of some values; null where the record does not say."""

    def __init__(self, choices, help_text: str = "Null: not stated."):
        super().__init__(choices=choices, read_only=True, allow_null=True, help_text=help_text)

    def to_representation(self, value):
        return value or None


def codes(choices, help_text: str = "") -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices=choices), read_only=True, help_text=help_text)


def year(help_text: str = "") -> serializers.IntegerField:
    return serializers.IntegerField(read_only=True, allow_null=True, help_text=help_text)


def trl_level(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(read_only=True, allow_null=True, min_value=1, max_value=9, help_text=help_text)


class SourcesField(serializers.ListField):
    """Web addresses that say so, the main one first."""

    def __init__(self):
        super().__init__(child=serializers.URLField(), read_only=True, help_text=self.__doc__)


class CitySerializer(serializers.Serializer):
    slug = serializers.SlugField(read_only=True)
    name = TextField()
    country = serializers.CharField(read_only=True, help_text="ISO 3166-1, two letters.")


class ThemeSerializer(serializers.Serializer):
    notation = serializers.SlugField(read_only=True, help_text="A value of the parameter `theme`.")
    label = TextField("pref_label")


class InitiativeLinkSerializer(serializers.Serializer):
    slug = serializers.SlugField(read_only=True)
    name = TextField()


class OrganisationLinkSerializer(serializers.Serializer):
    slug = serializers.SlugField(read_only=True)
    name = TextField()
    page = PageField("ecosystem:organisation")


class OfferLinkSerializer(serializers.Serializer):
    id = NumberField()
    page = PageField("ecosystem:offer", "pk")
    title = TextField()


class NeedLinkSerializer(OfferLinkSerializer):
    page = PageField("ecosystem:need", "pk")


class TestbedLinkSerializer(serializers.Serializer):
    __test__ = False  # its name begins with "Test", but pytest has nothing to collect here

    slug = serializers.SlugField(read_only=True)
    name = TextField()
    page = PageField("ecosystem:testbed")


class PracticeLinkSerializer(serializers.Serializer):
    slug = serializers.SlugField(read_only=True)
    title = TextField()
    page = PageField("ecosystem:practice")


class CooperationSerializer(serializers.Serializer):
    notation = serializers.SlugField(read_only=True, help_text="A value of the parameter `cooperation`.")
    label = TextField("pref_label")
