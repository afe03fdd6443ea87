"""Reading pages as a browser does. Markup that a browser would have to mend is an error here."""

import html5lib


def parsed(response):
    """The page as a tree without namespaces. Raises ``ParseError`` where the markup is not HTML."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    text = response.content.decode()
    whole = text.lstrip().lower().startswith("<!doctype")
    return parser.parse(text) if whole else parser.parseFragment(text)


def texts(tree, path):
    """The words of every element at ``path``, spaces squeezed."""
    return [" ".join(" ".join(element.itertext()).split()) for element in tree.findall(path)]


def ids(tree):
    return [element.get("id") for element in tree.iter() if element.get("id")]
