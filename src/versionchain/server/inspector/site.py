"""The inspector as an application: its addresses, its files, and a page for each error.

May live here: which address is which page, what is served as a file, which status an error has.
May not be known here: what any page shows.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ...errors import (
    ConflictError,
    InvalidInputError,
    MemoryStoreError,
    NotFoundError,
    StaleVersionError,
    StorageError,
)
from ...store import MemoryStore
from . import browse, change, log
from .guard import Guard, Tokens, form, same_site
from .visit import HERE, Site, Visit, environment, page

Page = Callable[[Visit], Response]

_FILES: Final = {
    "inspector.css": "text/css",
    "inspector.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_STATUS: Final = (
    (NotFoundError, 404),
    (InvalidInputError, 422),
    (ConflictError, 409),
    (StorageError, 503),
)
_TITLES: Final = {
    403: "Refused",
    404: "Not found",
    405: "Not so",
    409: "Changed meanwhile",
    413: "Too large",
    415: "Not a form",
    422: "Not understood",
    500: "Something went wrong",
    503: "The store can't answer now",
}

PAGES: Final[dict[str, Page]] = {
    "/": browse.contacts,
    "/inspect/contact": browse.contact,
    "/inspect/find": browse.find,
    "/inspect/memory/{id}": browse.memory,
    "/inspect/memory/{id}/version/{number}": browse.version,
    "/inspect/revisions": log.revisions,
    "/inspect/revision/{number}": log.revision,
    "/inspect/verify": log.verify,
    "/inspect/delete": change.delete_preview,
    "/inspect/delete-contact": change.delete_contact_preview,
}
CHANGES: Final[dict[str, Page]] = {
    "/inspect/do/delete": change.delete,
    "/inspect/do/delete-contact": change.delete_contact,
    "/inspect/do/restore": change.restore,
}


def application(store: MemoryStore, tenants: Iterable[str], hosts: Iterable[str]) -> ASGIApp:
    """The inspector of a store, behind its guard."""
    contents = {name: (HERE / "static" / name).read_bytes() for name in _FILES}
    assets = {
        name: f"/inspect/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
        for name, content in contents.items()
    }
    own = (store.tenant, *(each for each in tenants if each != store.tenant))
    site = Site(store, tuple(dict.fromkeys(own)), Tokens(), environment(), assets)
    files = [
        Route(f"/inspect/static/{name}", partial(_file, contents[name], kind))
        for name, kind in _FILES.items()
    ]
    pages = [Route(path, _reading(site, shown)) for path, shown in PAGES.items()]
    changes = [
        Route(path, _changing(site, done), methods=["POST"]) for path, done in CHANGES.items()
    ]
    made = Starlette(
        routes=[*files, *pages, *changes],
        exception_handlers={
            HTTPException: partial(_refused, site),
            MemoryStoreError: partial(_failed, site),
            Exception: partial(_broken, site),
        },
    )
    made.router.redirect_slashes = False
    return Guard(made, hosts)


async def _file(content: bytes, kind: str, _: Request) -> Response:
    # The address changes with the content, so it may be kept for as long as a browser likes.
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=kind, headers=headers)


def _reading(site: Site, shown: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(shown, Visit(site, request))

    return endpoint


def _changing(site: Site, done: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        same_site(request)
        return await run_in_threadpool(done, Visit(site, request, await form(request)))

    return endpoint


async def _refused(site: Site, _: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (the type that it is registered for)
    said = {
        404: "There is no such page.",
        405: "This page does not take that kind of request.",
    }.get(error.status_code, error.detail)
    return _error(site, error.status_code, said)


async def _failed(site: Site, _: Request, error: Exception) -> Response:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    latest = error.latest_id if isinstance(error, StaleVersionError) else None
    return _error(site, status, str(error), latest)


async def _broken(site: Site, _: Request, __: Exception) -> Response:
    return _error(site, 500, "The server's log says more.")


def _error(site: Site, status: int, said: str, latest: str | None = None) -> Response:
    title = _TITLES.get(status, "Refused")
    return page(
        site, "error.html", status=status, visit=None, title=title, said=said, latest=latest
    )
