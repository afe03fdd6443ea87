"""The portal calls public addresses only, whatever form a private one takes."""

import pytest

from iurc_portal import outbound


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104
        *("224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "feff::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1"),
        *("2002:7f00:1::", "2002:a00:1::1"),
    ],
)
def test_an_address_that_is_not_public_is_never_called(address):
    assert not outbound.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "130.192.1.1", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_a_public_address_is_called(address):
    assert outbound.is_public(address)


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    found = [(None, None, None, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(outbound.Refused) as refused:
        outbound.addresses("feeds.example", 443)
    assert (refused.value.reason, refused.value.host) == ("not-public", "feeds.example")


def test_a_trial_opens_the_networks_it_names_and_no_other(monkeypatch):
    assert outbound.addresses("127.0.0.1", 443, allowed=["127.0.0.0/8"]) == ["127.0.0.1"]
    with pytest.raises(outbound.Refused):
        outbound.addresses("10.0.0.1", 443, allowed=["127.0.0.0/8"])


def test_a_name_nobody_has_is_said_to_be_unknown():
    with pytest.raises(outbound.Refused) as refused:
        outbound.addresses("no-such-name.invalid", 443)
    assert refused.value.reason == "unknown-name"
