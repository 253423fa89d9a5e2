"""A page to look inside a store: contacts, chains, revisions; deleting and restoring.

May live here: how the pages are put into an application. May not be known here: what they show.
"""

from collections.abc import Iterable

from fastapi import FastAPI
from starlette.routing import Route

from ...store import MemoryStore
from .site import application

__all__ = ["install"]


def install(
    app: FastAPI,
    store: MemoryStore,
    *,
    tenants: Iterable[str] = (),
    allowed_hosts: Iterable[str] = (),
) -> None:
    """Adds the inspector to an application, at `/` and below `/inspect/`.

    It has no passwords: whoever reaches it can read, delete and restore. Therefore it answers only
    to the loopback names, unless told otherwise, and every change needs a token of its own form.
    Nothing here erases.

    Args:
        app: the application; the added addresses are not part of its OpenAPI page.
        store: a handle on what is shown. It stays the caller's to close; after that every page
            answers 503.
        tenants: other tenants of the same store that may be looked at.
        allowed_hosts: names beside localhost, 127.0.0.1 and [::1] that a Host header may say,
            without a port.

    Example:
        >>> from fastapi import FastAPI
        >>> from versionchain import MemoryStore
        >>> app = FastAPI()
        >>> install(app, MemoryStore())
        >>> [route.path for route in app.routes[-2:]]
        ['/', '/inspect/{rest:path}']
    """
    inspector = application(store, tenants, allowed_hosts)
    for path in ("/", "/inspect/{rest:path}"):
        app.router.routes.append(Route(path, inspector, include_in_schema=False))
