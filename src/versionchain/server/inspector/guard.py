"""Who may ask, and what a browser may do with an answer.

May live here: the check of the Host header, the headers of every answer, the tokens of forms, the
checks against cross-site requests, how a form is read. May not be known here: any store, any page.

The inspector has no passwords. What stands in for one is that only this computer reaches it: so a
name that somebody else can point at this computer is refused, and no other site can send a form.
"""

import hmac
import json
import re
import secrets
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not "no-referrer": with that, a browser sends "Origin: null" along with this site's own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/@\[\]]+)(?::[0-9]{1,5})?")
_MOST_BYTES: Final = 64 * 1024  # of a form: its longest field is a reason of 4,096 characters
_FORM: Final = "application/x-www-form-urlencoded"


class Guard:
    """Wraps an application: refuses foreign hosts, and puts the headers on every answer.

    Args:
        app: what answers, where the host is right.
        hosts: names that are allowed beside the loopback ones, without a port.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        app = self._app if self._allows(Headers(scope=scope).getlist("host")) else _FOREIGN
        await app(scope, receive, sending)

    def _allows(self, named: list[str]) -> bool:
        found = _HOST.fullmatch(named[0].lower()) if len(named) == 1 else None
        return found is not None and found[1] in self._hosts


_FOREIGN: Final = PlainTextResponse(
    "This address is not one that the inspector answers to. Open it as localhost or 127.0.0.1, or "
    "have the server allow this name.\n",
    421,
)


class Tokens:
    """Gives each form a token that serves for its one action alone, until this process ends."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def make(self, action: str, *arguments: str) -> str:
        """The token of an action with its arguments. O(their size)."""
        told = json.dumps([action, *arguments]).encode()
        return hmac.new(self._secret, told, "sha256").hexdigest()

    def check(self, token: str, action: str, *arguments: str) -> None:
        """Refuses a token that was not made for just this. O(the arguments' size).

        Raises:
            HTTPException: 403, it was not.
        """
        made = self.make(action, *arguments)
        if not hmac.compare_digest(made.encode(), token.encode("utf-8", "replace")):
            raise HTTPException(
                403, "This form's token is missing, or is not this form's. Open the form again."
            )


def same_site(request: Request) -> None:
    """Refuses a request that a browser says another site began. O(1).

    Raises:
        HTTPException: 403, another site did.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    own = request.headers["host"].lower()
    if site not in ("same-origin", "none") or (
        origin is not None and urlsplit(origin).netloc.lower() != own
    ):
        raise HTTPException(403, "Another site sent this form. Nothing was changed.")


async def form(request: Request) -> dict[str, str]:
    """The fields of a form, each once.

    Raises:
        HTTPException: 413, 415 or 422: it is too large, not a form, or has a field twice.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise HTTPException(415, "This takes a form only.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise HTTPException(413, "This form is too large.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise HTTPException(422, "This form can't be read.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise HTTPException(422, "This form has a field twice.")
    return fields
