"""Reading our own pages back."""

from lxml import html


def page(client, path):
    """The page at ``path`` as a tree; ``xpath`` finds things in it."""
    return html.document_fromstring(client.get(path).content)


def of_class(name):
    """The XPath of elements of a class."""
    return f'//*[contains(concat(" ", normalize-space(@class), " "), " {name} ")]'
