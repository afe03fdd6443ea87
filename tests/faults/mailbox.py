"""A little IMAP server with one mailbox, as much of RFC 3501 as reading answers needs."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

LITERAL = "BODY.PEEK[]"


class Mailbox:
    """``letters`` by UID, from 1 on; ``seen`` are those marked as read. ``asked`` lists the commands that came."""

    def __init__(self, letters: list[bytes], *, refuses: str = ""):
        self.letters = dict(enumerate(letters, start=1))
        self.refuses = refuses  # the beginning of the command that is answered with NO
        self.seen: set[int] = set()
        self.asked: list[str] = []

    def answer(self, line: str) -> tuple[list[bytes], str]:
        """Untagged answers to one command, and the word of the tagged one."""
        name = line.split()[0].upper()
        if self.refuses and line.upper().startswith(self.refuses):
            return [], "NO"
        if name == "LOGIN":
            return [], "OK" if line == 'LOGIN reader@torino.example "secret word"' else "NO"
        if name == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1"], "OK"
        if name == "SELECT":
            return [b"* %d EXISTS" % len(self.letters)], "OK"
        if name == "UID":
            return getattr(self, f"_{line.split()[1].lower()}")(line), "OK"
        return ([b"* BYE"], "OK") if name == "LOGOUT" else ([], "OK")

    def _search(self, line: str) -> list[bytes]:
        return [b"* SEARCH " + b" ".join(b"%d" % uid for uid in self.letters if uid not in self.seen)]

    def _fetch(self, line: str) -> list[bytes]:
        uids = [int(number) for number in line.split()[2].split(",")]
        if LITERAL in line:
            letters = [(uid, self.letters[uid]) for uid in uids]
            return [b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)" % (uid, uid, len(text), text) for uid, text in letters]
        return [
            b'* %d FETCH (UID %d RFC822.SIZE %d BODYSTRUCTURE ("TEXT" "%s" NIL NIL NIL "7BIT" 1 1 NIL NIL NIL NIL))'
            % (uid, uid, len(self.letters[uid]), b"CALENDAR" if b"text/calendar" in self.letters[uid] else b"PLAIN")
            for uid in uids
        ]

    def _store(self, line: str) -> list[bytes]:
        self.seen.add(int(line.split()[2]))
        return []


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[str]:
    """The address of ``mailbox`` while it is served."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"* OK ready\r\n")
            for raw in self.rfile:
                tag, line = raw.decode().strip().split(" ", 1)
                mailbox.asked.append(re.sub(r"(LOGIN \S+) .*", r"\1 …", line))
                untagged, word = mailbox.answer(line)
                self.wfile.write(b"".join(part + b"\r\n" for part in untagged) + f"{tag} {word} done\r\n".encode())
                if line == "LOGOUT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"imap://reader%40torino.example:secret%20word@127.0.0.1:{server.server_address[1]}/INBOX"
        server.shutdown()
