"""The catalogues of texts: what extraction would miss is refused."""

import pytest

from scripts import catalogues


@pytest.mark.parametrize("call", ["_('word')", "pgettext('when', 'word')", "translation.gettext('word')"])
def test_a_text_inside_an_f_string_is_found_because_extraction_would_miss_it(call):
    assert list(catalogues.texts_out_of_sight(f'name = 1\nlabel = f"{{{call}}} {{name}}"\n')) == [2]


def test_a_text_beside_an_f_string_is_no_fault():
    assert list(catalogues.texts_out_of_sight("label = _('word')\nline = f'{label}: {len(label)}'\n")) == []
