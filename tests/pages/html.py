"""Reading our own pages back."""

import re

from lxml import html


def page(client, path):
    """The page at ``path`` as a tree; ``xpath`` finds things in it."""
    return html.document_fromstring(client.get(path).content)


def of_class(name):
    """The XPath of elements of a class."""
    return f'//*[contains(concat(" ", normalize-space(@class), " "), " {name} ")]'


def on_one_line(markup):
    """The markup as if it stood on one line: white space that shows nothing, in tags and just inside of them, is gone.

    Between two elements it stays, as one space.
    """
    line = re.sub(r"\s+", " ", markup).replace(" >", ">")
    return re.sub(r" (</)", r"\1", re.sub(r"(<[a-z][^>]*>) ", r"\1", line))
