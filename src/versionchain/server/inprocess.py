"""An app without a port: a transport for httpx, and the real RecallrAI client on it.

May live here: how a request of httpx reaches an ASGI app in this process.
May not be known here: what the app answers.

httpx itself has such a transport for its async client alone, and one that knows no time-outs. It
is no part of the extra `server`: whoever has a client to point here has httpx.
"""

import asyncio
from contextlib import ExitStack
from importlib.util import find_spec
from typing import Any

if find_spec("httpx") is None:
    _problem = "This transport needs httpx: python -m pip install 'versionchain[testing]'"
    raise ImportError(_problem)

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from .running import App


class InProcessTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers requests by an ASGI app of this process, for `httpx.Client` and `AsyncClient`.

    A client's read time-out holds here too. For a `Client` the app runs in a thread that is started
    with the first request and ends with `close`.

    Args:
        app: what answers.

    Example:
        >>> from versionchain import MemoryStore
        >>> from versionchain.server import create_app
        >>> transport = InProcessTransport(create_app(MemoryStore()))
        >>> with httpx.Client(transport=transport, base_url="http://fake") as client:
        ...     client.get("/api/v1/users").status_code
        401
    """

    def __init__(self, app: App) -> None:
        self._inner = httpx.ASGITransport(app)
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """What the app answers.

        Raises:
            httpx.ReadTimeout: it took longer than the client waits.
        """
        if self._portal is None:
            self._portal = self._stack.enter_context(start_blocking_portal())
        request.read()
        return self._portal.call(self._answer, request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """What the app answers.

        Raises:
            httpx.ReadTimeout: it took longer than the client waits.
        """
        return await self._answer(request)

    def close(self) -> None:
        """Ends the thread; again: nothing."""
        self._portal = None
        self._stack.close()

    async def aclose(self) -> None:
        """Ends what `close` ends."""
        self.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        patience = request.extensions.get("timeout", {}).get("read")
        try:
            answer = await asyncio.wait_for(self._inner.handle_async_request(request), patience)
        except TimeoutError:
            raise httpx.ReadTimeout("The app took too long.", request=request) from None
        # Whole, so that a client of either kind can read it.
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


def connect_in_process(client: Any, app: App) -> None:
    """Lets a `RecallrAI` or `AsyncRecallrAI` client speak to an app of this process.

    The client of PyPI (recallrai 0.6.6) takes no transport, so the httpx client that it made for
    itself is replaced by one with the same headers and time-out; nothing else of it is touched.
    Close it as before: `client._http.client.close()`, `await client.close()`.

    Args:
        client: the RecallrAI client, before its first request.
        app: what answers.
    """
    inner = client._http
    transport = InProcessTransport(app)
    if hasattr(inner, "client"):
        old = inner.client
        inner.client = httpx.Client(
            transport=transport, headers=old.headers, timeout=inner.timeout, trust_env=False
        )
        old.close()
        return
    headers = {
        "X-Recallr-Api-Key": inner.api_key,
        "X-Recallr-Project-Id": inner.project_id,
        "Accept": "application/json",
    }
    inner._client = httpx.AsyncClient(
        transport=transport, headers=headers, timeout=inner.timeout, trust_env=False
    )
