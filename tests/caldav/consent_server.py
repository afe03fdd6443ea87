"""A small OAuth server in front of a real CalDAV server: consent, tokens, refresh, revocation (RFC 6749, 7009, 7636).

It stands where Google's stands, and lets through only what carries a token that it gave and that has not ended.
"""

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.caldav.servers import Server

CLIENT, SECRET = "portal-client", "portal-client-secret"
BACK = "/admin/events/remotecalendar/add/google/back/"


@dataclass
class ConsentServer:
    """``asked`` counts calls of the token address by their kind; ``ended`` are access tokens that are over."""

    behind: Server
    lasts: int = 3600
    codes: dict[str, str] = field(default_factory=dict)  # code → challenge
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    refused: int = 0

    def start(self) -> "ConsentServer":
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline:
                    self.close_connection = True
                elif self.parse_request():
                    outer.answer(self)

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        self.httpd.shutdown()
        self.httpd.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.httpd.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "authorize": f"{self.address}/authorize",
            "token": f"{self.address}/token",
            "revoke": f"{self.address}/revoke",
            "scope": "calendar",
            "caldav": f"{self.address}/",
        }

    def consent(self, address: str) -> dict[str, str]:
        """A person says yes at ``address``: what stands in the address to which they are led back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert urlsplit(asked["redirect_uri"]).path == BACK
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked["code_challenge"]
        return {"code": code, "state": asked["state"]}

    def take_back(self) -> None:
        """The person takes the consent back in the settings of their account."""
        self.access.clear()
        self.refresh.clear()

    # --- Answers -----------------------------------------------------------------------------------------------------

    def answer(self, handler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        if handler.path == "/token":
            self._send(handler, *self._token({name: values[0] for name, values in parse_qs(body.decode()).items()}))
        elif handler.path == "/revoke":
            self.asked.append("revoke")
            self.take_back()
            self._send(handler, 200, {})
        else:
            self._pass_on(handler, body)

    def _token(self, form: dict[str, str]) -> tuple[int, dict]:
        self.asked.append(form.get("grant_type", ""))
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        access = secrets.token_urlsafe(16)
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if self.codes.pop(form.get("code", ""), None) != challenge:
                return 400, {"error": "invalid_grant"}
            refresh = secrets.token_urlsafe(16)
            self.access.add(access)
            self.refresh.add(refresh)
            return 200, {"access_token": access, "refresh_token": refresh, "expires_in": self.lasts}
        if form.get("refresh_token") not in self.refresh:
            return 400, {"error": "invalid_grant"}
        self.access.add(access)
        return 200, {"access_token": access, "expires_in": self.lasts}

    def _pass_on(self, handler, body: bytes) -> None:
        kind, _space, token = handler.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.access:
            self.refused += 1
            self._send(handler, 401, {"error": "invalid_token"})
            return
        kept = ("content-type", "depth", "if-match", "if-none-match")
        headers = {name: value for name, value in handler.headers.items() if name.lower() in kept}
        status, found, data = self.behind.ask(handler.command, handler.path, body.decode(), **headers)
        handler.send_response(status)
        for name in ("content-type", "etag", "dav", "location"):
            if name in found:
                handler.send_header(name, found[name])
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    @staticmethod
    def _send(handler, status: int, said: dict) -> None:
        data = json.dumps(said).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
