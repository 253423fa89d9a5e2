"""An app on a port of this machine.

May live here: starting and stopping uvicorn. May not be known here: what the app answers.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import uvicorn

LOOPBACK: Final = "127.0.0.1"
_PATIENCE: Final = 10.0

App = Callable[..., Any]


class _Server(uvicorn.Server):
    """A server that says when it is ready, and stops at once when told to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self.ready.set()

    async def main_loop(self) -> None:
        if self._stop is not None and not self.should_exit:
            await self._stop.wait()

    def run_here(self, listener: socket.socket) -> None:
        """Runs it in a thread that nobody's program ends with."""
        with suppress(SystemExit):  # how uvicorn says that the app did not start
            self.run(sockets=[listener])

    def stop(self) -> None:
        """Ends the server, from another thread."""
        self.should_exit = True
        if self._loop is not None and self._stop is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)


@contextmanager
def running(app: App, port: int = 0) -> Iterator[str]:
    """Runs an app on 127.0.0.1 in a thread of its own, for as long as the block lasts.

    Args:
        app: what to run.
        port: where; 0 takes a free one.

    Yields:
        The base URL, without a slash at its end. The server answers already.

    Raises:
        OSError: the port is taken.
        RuntimeError: the app did not start or did not stop within ten seconds.

    Example:
        >>> import urllib.request
        >>> from versionchain import MemoryStore
        >>> from versionchain.server import create_app
        >>> with running(create_app(MemoryStore())) as url:
        ...     with urllib.request.urlopen(f"{url}/openapi.json") as answer:
        ...         print(answer.status)
        200
    """
    # A socket of our own: it is bound before the thread starts, so nobody else can take the port,
    # and a port that is taken raises here and not there. Its protocol is named, since asyncio
    # sends small answers at once only where it is: 40 ms an answer otherwise.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        server = _Server(_config(app, "warning"))
        thread = threading.Thread(
            target=server.run_here, args=[listener], name="versionchain.server"
        )
        thread.start()
        try:
            while not server.ready.wait(0.05):
                if not thread.is_alive():
                    raise RuntimeError("The server did not start: its log says why.")
            yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        finally:
            server.stop()
            thread.join(_PATIENCE)
            if thread.is_alive():
                raise RuntimeError("The server did not stop within ten seconds.")


def serve(app: App, *, host: str = LOOPBACK, port: int = 8800, log_level: str = "info") -> None:
    """Runs an app in this thread until it is interrupted: what `versionchain serve` calls.

    Args:
        app: what to run.
        host: the address to listen on; nobody but this machine reaches the default.
        port: where; 0 takes a free one.
        log_level: how much uvicorn says.

    Raises:
        SystemExit: the port is taken.
    """
    config = _config(app, log_level)
    config.host, config.port = host, port
    with suppress(KeyboardInterrupt):  # uvicorn has ended in good order, and passes it on
        uvicorn.Server(config).run()


def _config(app: App, log_level: str) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level=log_level,
        access_log=log_level in ("info", "debug", "trace"),
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
