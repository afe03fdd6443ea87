"""Getting a calendar from an address that somebody typed: real sockets, hostile servers (events spec 10.1–10.4)."""

import gzip
import socket
import ssl
import time

import pytest

from events.sources import fetching
from events.sources.lines import Refused
from iurc_portal import outbound
from tests.events.sources.files import vcalendar, vevent

CALENDAR = vcalendar(vevent())


def refusal(address, **options):
    with pytest.raises(Refused) as refused:
        fetching.fetch(address, **options)
    return refused.value.code


def test_a_calendar_comes_with_what_the_next_request_needs(partner):
    address = partner.serve(CALENDAR, ETag='"one"', Last_Modified="Tue, 03 Mar 2026 08:00:00 GMT")

    fetched = fetching.fetch(address)

    assert (fetched.body, fetched.etag, fetched.last_modified) == (
        CALENDAR,
        '"one"',
        "Tue, 03 Mar 2026 08:00:00 GMT",
    )


def test_what_has_not_changed_is_not_sent_again(partner):
    address = partner.serve(b"", status=304)

    fetched = fetching.fetch(address, etag='"one"', last_modified="Tue, 03 Mar 2026 08:00:00 GMT")

    assert fetched.body is None
    _path, headers = partner.asked[0]
    assert headers["If-None-Match"] == '"one"'
    assert headers["If-Modified-Since"] == "Tue, 03 Mar 2026 08:00:00 GMT"


def test_the_address_is_judged_and_called_by_number_with_its_own_name(partner, monkeypatch):
    """DNS that changes its mind gains nothing: there is one look, and the connection goes where it led."""
    looks = []

    def look_up(host, port, **_options):
        looks.append(host)
        address = "127.0.0.1" if len(looks) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    partner.serve(CALENDAR)
    called = []
    monkeypatch.setattr(outbound.socket, "getaddrinfo", look_up)
    # create_connection asks getaddrinfo for numbers, too, which is not a look at the name.
    monkeypatch.setattr(fetching.socket, "create_connection", lambda to, timeout: _connect(called, to, timeout))

    fetched = fetching.fetch(partner.address(host="feeds.partner.example"))

    assert fetched.body == CALENDAR
    assert looks == ["feeds.partner.example"]
    assert called == [("127.0.0.1", partner.port)]
    assert partner.asked[0][1]["Host"] == f"feeds.partner.example:{partner.port}"


def _connect(called, to, timeout):
    called.append(to)
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.settimeout(timeout)
    sock.connect(to)
    return sock


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://127.0.0.1/feed.ics", "not_public"),
        ("https://10.1.2.3/feed.ics", "not_public"),
        ("https://169.254.169.254/latest/meta-data", "not_public"),
        ("https://[::1]/feed.ics", "not_public"),
        ("https://[::ffff:127.0.0.1]/feed.ics", "not_public"),
        ("https://2130706433/feed.ics", "not_public"),
        ("https://localhost/feed.ics", "not_public"),
        ("https://no-such-name.invalid/feed.ics", "unknown_name"),
        ("http://8.8.8.8/feed.ics", "not_https"),
        ("https://8.8.8.8:8443/feed.ics", "port"),
        ("https://anna:secret@8.8.8.8/feed.ics", "credentials"),
        ("https://anna@8.8.8.8/feed.ics", "credentials"),
        ("ftp://8.8.8.8/feed.ics", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("gopher://8.8.8.8/", "scheme"),
        ("calendar", "address"),
        ("", "address"),
        ("https://", "address"),
        ("https://8.8.8.8:port/", "address"),
        ("https://8.8.8.8/a b", "address"),
        ("https://8.8.8.8/\r\nHost: other", "address"),
        ("https://" + "a" * 2000, "address"),
    ],
)
def test_what_is_never_called(address, code):
    assert refusal(address) == code


def test_webcal_is_https():
    assert fetching.clean_address("webcal://feeds.example/a.ics#top") == "https://feeds.example/a.ics"


def test_a_redirect_is_followed_three_times(partner):
    partner.serve(CALENDAR, "/3")
    partner.redirect("/2", "/3", 301)
    partner.redirect("/1", partner.address("/2"), 307)
    address = partner.redirect("/0", "1", 308)

    assert fetching.fetch(address).body == CALENDAR
    assert [path for path, _headers in partner.asked] == ["/0", "/1", "/2", "/3"]


def test_a_fourth_redirect_is_not(partner):
    address = partner.redirect("/round", "/round")

    assert refusal(address) == "redirects"
    assert len(partner.asked) == 4


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("https://10.0.0.1/feed.ics", "not_public"),
        ("https://[fd00::1]/feed.ics", "not_public"),
        ("http://169.254.169.254/", "not_public"),
        ("file:///etc/passwd", "scheme"),
        ("https://anna:secret@8.8.8.8/", "credentials"),
        ("http://8.8.8.8/", "not_https"),
    ],
)
def test_a_redirect_is_judged_like_an_address(partner, to, code):
    assert refusal(partner.redirect("/feed.ics", to)) == code
    assert len(partner.asked) == 1


def test_a_body_that_drips_ends_with_the_deadline(partner, limits):
    limits(seconds=1)

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        for letter in b"BEGIN:VCALENDAR\r\n" * 100:
            handler.wfile.write(bytes([letter]))
            time.sleep(0.1)

    address = partner.behave("/drip", drip)

    started = time.monotonic()
    assert refusal(address) == "slow"
    assert time.monotonic() - started < 3


def test_headers_that_drip_end_with_it_too(partner, limits):
    limits(seconds=1)

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _second in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    address = partner.behave("/drip", drip)

    started = time.monotonic()
    assert refusal(address) == "slow"
    assert time.monotonic() - started < 3


def test_a_handshake_that_never_ends_ends_with_it_too(settings, limits):
    limits(seconds=1)
    settings.FEED_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with socket.create_server(("127.0.0.1", 0)) as mute:
        started = time.monotonic()
        assert refusal(f"https://127.0.0.1:{mute.getsockname()[1]}/") == "slow"
    assert time.monotonic() - started < 3


def test_more_than_five_megabytes_are_not_read(partner):
    body = CALENDAR[:-15] + b"X" * (5 * 1024 * 1024)

    assert refusal(partner.serve(body)) == "too_large"


def test_a_compressed_calendar_is_read(partner):
    address = partner.serve(gzip.compress(CALENDAR), Content_Encoding="gzip")

    assert fetching.fetch(address).body == CALENDAR


def test_a_gzip_bomb_does_not_go_off(partner):
    bomb = gzip.compress(b"BEGIN:VCALENDAR\r\n" + b"\0" * (300 * 1024 * 1024), 9)
    assert len(bomb) < 400_000

    assert refusal(partner.serve(bomb, Content_Encoding="gzip")) == "too_large"


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"Content_Encoding": "br"}, b"xx", "content_encoding"),
        ({"Content_Encoding": "gzip"}, CALENDAR, "broken"),
        ({"Content_Encoding": "gzip"}, gzip.compress(CALENDAR)[:-12], "cut_short"),
        ({}, b"<!DOCTYPE html><p>Error 500 with a smile", "html"),
        ({}, b"", "empty"),
        ({}, b'{"events": []}', "not_calendar"),
        ({}, b"\x00\x01\x02", "not_calendar"),
    ],
)
def test_what_is_no_calendar_is_told_apart(partner, headers, body, code):
    assert refusal(partner.serve(body, **headers)) == code


def test_the_type_that_a_server_claims_is_not_believed(partner):
    assert fetching.fetch(partner.serve(CALENDAR, Content_Type="text/html; charset=utf-8")).body == CALENDAR


def test_a_body_that_breaks_off_is_not_a_calendar(partner):
    def short(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(CALENDAR) + 50))
        handler.end_headers()
        handler.wfile.write(CALENDAR)

    assert refusal(partner.behave("/short", short)) == "cut_short"


@pytest.mark.parametrize(("status", "headers"), [(404, {}), (410, {}), (401, {}), (500, {}), (204, {}), (206, {})])
def test_an_error_is_an_error(partner, status, headers):
    with pytest.raises(Refused) as refused:
        fetching.fetch(partner.serve(CALENDAR if status == 206 else b"", status=status))
    assert (refused.value.code, refused.value.params["status"]) == ("status", status)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        *(("120", 120), ("999999999", 86400), ("soon", None), ("-5", None), ("9" * 5000, None)),
        ("Mon, 01 Jan 2024 00:00:00 +999999999999999999", None),
    ],
)
def test_a_server_that_asks_for_patience_is_heard(partner, asked, seconds):
    with pytest.raises(Refused) as refused:
        fetching.fetch(partner.serve(b"", status=429, Retry_After=asked))
    assert refused.value.params.get("retry_after") == seconds


def test_what_speaks_no_http_is_refused_kindly(settings, limits):
    settings.FEED_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    limits(seconds=3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert refusal(f"http://127.0.0.1:{port}/") == "no_answer"


def test_a_certificate_for_another_name_is_refused(partner, monkeypatch):
    def wrong(*_args, **_options):
        raise ssl.SSLCertVerificationError("hostname mismatch")

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrong)
    assert refusal(partner.address().replace("http:", "https:")) == "certificate"
