"""A real SMTP server that misbehaves by order: what a recipient's address says is what happens to the letter."""

import asyncio
import email
import email.policy
import socket
from collections import Counter
from collections.abc import Callable

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class PostOffice:
    """Takes letters and counts them by Message-ID.

    ``twice451@`` is told "come back" twice, ``unknown@`` has no mailbox, ``cut@`` loses the connection in DATA once,
    ``slow@`` waits a second for its answer, ``late@`` longer than the sender waits, at its first try. ``in_hand`` is
    called with each letter that was taken, before the answer leaves: whoever kills the sender there kills it in
    mid-delivery. ``texts`` holds what was read by whom: pairs of an address and the plain text.
    """

    def __init__(self, in_hand: Callable[[int], None] = lambda taken: None):
        self.in_hand = in_hand
        self.taken: Counter[str] = Counter()
        self.recipients: dict[str, set[str]] = {}
        self.tries: Counter[str] = Counter()
        self.too_late: Counter[str] = Counter()  # taken, and the sender did not wait for the answer
        self.texts: list[tuple[str, str]] = []
        self.connections = 0
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.controller = _Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_error):
        self.controller.stop()

    def arrived(self, kind: str) -> set[str]:
        """The addresses beginning with ``kind`` that have had a letter."""
        return {one for people in self.recipients.values() for one in people if one.startswith(kind)}

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.tries[address] += 1
        if address.startswith("twice451") and self.tries[address] <= 2:
            return "451 4.3.0 come back later"
        if address.startswith("unknown"):
            return "550 5.1.1 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        if address.startswith("cut") and self.tries[address] == 1:
            server.transport.abort()
            return "421 gone"
        if address.startswith("slow"):
            await asyncio.sleep(1)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        name = letter["Message-ID"]
        self.taken[name] += 1
        if address.startswith("late") and self.tries[address] == 1:
            self.too_late[name] += 1
            await asyncio.sleep(1.5)
        self.texts.append((address, letter.get_body(("plain",)).get_content()))
        self.recipients.setdefault(name, set()).add(address)
        self.in_hand(self.taken.total())
        return "250 taken"


class _Controller(Controller):
    def factory(self):
        return SMTP(self.handler, decode_data=False, enable_SMTPUTF8=True)
