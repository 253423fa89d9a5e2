"""The app: both services, the seeding interface and, if wanted, the page, on one store.

May live here: putting them together. May not be known here: any request.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, cast
from uuid import UUID

from fastapi import FastAPI

from .. import MemoryStore
from ..ids import UUID7
from . import control_routes
from .callers import routes as callers_routes
from .control import Control
from .recallr import routes as recallr_routes

RECALLR_KEY: Final = "rai_test"
CALLERS_KEY: Final = "callers_test"


def create_app(
    store: MemoryStore,
    *,
    recallr_keys: Mapping[str, Sequence[str]] | None = None,
    callers_keys: Mapping[str, str] | None = None,
    clock: object = None,
    ids: Callable[[], UUID | str] | None = None,
    inspector: bool = False,
    allowed_hosts: Iterable[str] = (),
) -> FastAPI:
    """The fakes of RecallrAI and Callers.ai on a store, as an ASGI app.

    A RecallrAI project and a Callers organization are tenants of the store, a user and a contact
    are contacts. Users, contacts, projects and organizations are themselves kept in the store, as
    memories of the tenant `versionchain.server` and of those below it, so they are there again
    after a restart.

    Args:
        store: where everything is kept. It stays the caller's, to be closed after the app.
        recallr_keys: the projects that each API key opens. The default is the key "rai_test" for
            a project with the name of the store's tenant.
        callers_keys: the organization that each key is of. The default is the key "callers_test"
            for an organization with the name of the store's tenant.
        clock: the store's clock, where it can be moved (`ShiftedClock`, or that of
            `versionchain.testing`), so that the seeding interface can move it.
        ids: gives the UUIDs that Callers' ids are made of; None: version 7.
        inspector: whether the page to look inside is served at `/`.
        allowed_hosts: names beside the loopback ones that the page answers to.

    Returns:
        The app. `control_of` gives its seeding interface, which is also under `/_fake`.

    Raises:
        InvalidInputError: a key or id may not come in.

    Example:
        >>> app = create_app(MemoryStore(), recallr_keys={"rai_mine": ["shop"]})
        >>> control_of(app).recallr.create_user("ada").user_id
        'ada'
    """
    app = FastAPI(
        title="versionchain: fakes of RecallrAI and Callers.ai",
        redirect_slashes=False,
        docs_url=None,  # it would load scripts from another host
        redoc_url=None,
    )
    app.state.store = store
    app.state.control = Control(
        store,
        recallr_keys={RECALLR_KEY: [store.tenant]} if recallr_keys is None else recallr_keys,
        callers_keys={CALLERS_KEY: store.tenant} if callers_keys is None else callers_keys,
        new_id=UUID7() if ids is None else ids,
        clock=clock,
    )
    app.include_router(recallr_routes.router)
    app.include_router(recallr_routes.uncovered)
    app.include_router(callers_routes.router)
    app.include_router(control_routes.router)
    if inspector:
        # By name, since the page is another part of the extra, and the fakes work without it.
        page: Any = import_module(f"{__package__}.inspector")
        kept = control_of(app).kept
        known = {realm.id for realm in (*kept.realms("recallr"), *kept.realms("callers"))}
        tenants = sorted(known - {store.tenant})
        page.install(app, store, tenants=tenants, allowed_hosts=allowed_hosts)
    return app


def control_of(app: FastAPI) -> Control:
    """The seeding interface of an app that `create_app` made. O(1)."""
    return cast("Control", app.state.control)
