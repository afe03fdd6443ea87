"""The site map with every language of every page; apps add their kinds of page from their ``apps.py``."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

registered: dict[str, type[Sitemap]] = {}


class PortalSitemap(Sitemap):
    """Each page in the three languages, each naming the other two (hreflang)."""

    i18n = True
    alternates = True
    x_default = True  # the address without a language, which leads each reader to their own
    limit = 5000

    @property
    def protocol(self):
        return settings.SITE_URL.split(":")[0]

    def get_domain(self, site=None):
        return settings.SITE_URL.split("//")[1]

    def get_urls(self, page=1, site=None, protocol=None):
        return self._urls(page, self.protocol, self.get_domain())


class NamedPages(PortalSitemap):
    """Pages that have a name and no object; subclasses list ``names``."""

    names: tuple[str, ...] = ()

    def items(self):
        return list(self.names)

    def location(self, item):
        return reverse(item)


class OwnPages(NamedPages):
    names = ("home", "report_problem")


class Texts(PortalSitemap):
    def items(self):
        return ["privacy", "legal", "accessibility"]

    def location(self, item):
        return reverse("text", args=[item])


def register(name: str, sitemap: type[Sitemap]) -> None:
    registered[name] = sitemap


register("portal", OwnPages)
register("texts", Texts)


@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/admin/", "/r/", "/i/", "/j/", "/h/", "/feeds/me/")),
        *(f"Disallow: /{code}/{path}/" for code, _name in settings.LANGUAGES for path in ("account", "my", "rating")),
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def security(request):
    """RFC 9116. The contact and the policy are the City's; the date moves so that the file never expires unseen."""
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {expires}",
        "Preferred-Languages: it, en, ja",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
