"""Whether a mailbox belongs to the domain of a website, told without asking the network (ecosystem spec E16).

A mailbox matches if its domain is the host of the website without "www.", or a parent of it that one can register.
The list below holds the endings under which others register names, as far as the two countries and common hosting
need it; it is not the whole Public Suffix List. A false match gives no right: staff decide in either case.
"""

from contextlib import suppress
from urllib.parse import urlsplit

ENDINGS = """
ac.jp ad.jp co.jp ed.jp go.jp gr.jp lg.jp ne.jp or.jp
aichi.jp gifu.jp mie.jp osaka.jp tokyo.jp kyoto.jp shizuoka.jp kanagawa.jp nagoya.jp
edu.it gov.it piemonte.it piedmont.it pmn.it lombardia.it lombardy.it lom.it liguria.it lig.it vda.it
to.it torino.it turin.it al.it alessandria.it at.it asti.it bi.it biella.it cn.it cuneo.it no.it novara.it vb.it
verbania.it vc.it vercelli.it mi.it milano.it milan.it ge.it genova.it genoa.it ao.it aosta.it rm.it roma.it rome.it
ac.uk co.uk gov.uk org.uk
github.io gitlab.io pages.dev netlify.app vercel.app web.app altervista.org blogspot.com wordpress.com wixsite.com
weebly.com jimdofree.com jimdosite.com google.com facebook.com instagram.com linkedin.com x.com
"""
PUBLIC_ENDINGS = frozenset(ENDINGS.split())
PLAIN_REGISTRATIONS = frozenset(["city.nagoya.jp"])  # under a public ending, and yet a whole domain of its own


def domains_of(website: str) -> list[str]:
    """The domains whose mailboxes match ``website`` (http or https), the host itself first; empty for none."""
    host = (urlsplit(website).hostname or "").rstrip(".").lower().removeprefix("www.")
    with suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    labels = host.split(".")
    found = []
    for start in range(len(labels) - 1):
        domain = ".".join(labels[start:])
        if domain in PUBLIC_ENDINGS or all(label.isdigit() for label in labels):
            break
        found.append(domain)
        if domain in PLAIN_REGISTRATIONS:
            break
    return found


def mailbox_matches(email_key: str, website: str) -> bool:
    """Whether the mailbox (as ``accounts.addresses.email_key`` gives it) is of the website's domain."""
    return email_key.rpartition("@")[2] in domains_of(website)
