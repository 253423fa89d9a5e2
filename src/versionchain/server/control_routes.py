"""The seeding interface over HTTP, under `/_fake`: for suites that aren't in Python.

May live here: one function a request, each a call of `versionchain.server.control`.
May not be known here: what seeding does.

No key is asked for: whoever reaches the server may do all of it. A page of another site may not:
each body is JSON, which no plain form sends, and a browser's own word that a request is cross-site
is a 403.
"""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BaseModel, Field
from starlette.exceptions import HTTPException

from .. import ConflictError, InvalidInputError, MemoryVersion, NotFoundError, TransactionError
from .answers import json_answer
from .callers import wire as callers_wire
from .callers.shapes import Memory
from .control import Control
from .guard import control_in
from .recallr import reading
from .recallr.shapes import MemoryItem, Misfits, OneUser, Problem
from .recallr.users import UserExistsError
from .recallr.wire import user_facts

_STATUS: Final = (
    (NotFoundError, 404),
    (InvalidInputError, 400),
    (ConflictError, 409),
    (TransactionError, 409),
    (UserExistsError, 409),
)
_REFUSALS = tuple(error for error, _ in _STATUS)


class ControlRoute(APIRoute):
    """A request to the seeding interface: the library's errors, by what they are."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, with every failure as `{"detail": …}`."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
                return json_answer(403, {"detail": "Not from another site."})
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                return json_answer(415, {"detail": "The body must be application/json."})
            try:
                return await handle(request)
            except RequestValidationError as error:
                return json_answer(422, {"detail": error.errors()})
            except HTTPException as error:
                return json_answer(error.status_code, {"detail": error.detail})
            except _REFUSALS as error:
                status = next(code for kind, code in _STATUS if isinstance(error, kind))
                return json_answer(status, {"detail": str(error)})

        return answered


router = APIRouter(
    prefix="/_fake",
    tags=["Seeding"],
    route_class=ControlRoute,
    responses={
        400: {"model": Problem, "description": "A value may not come in."},
        403: {"model": Problem, "description": "It comes from another site."},
        404: {"model": Problem, "description": "What it names is not there."},
        409: {"model": Problem, "description": "Somebody was there first."},
        415: {"model": Problem, "description": "The body is not declared to be JSON."},
        422: {"model": Misfits, "description": "The request does not fit."},
    },
)


class Nothing(BaseModel):
    """A body without anything in it: `{}`."""


class Done(BaseModel):
    """What was asked for is done."""

    done: Literal[True] = True


class Advance(BaseModel):
    """How far the clock goes on."""

    seconds: float = Field(ge=0, le=1e9, allow_inf_nan=False)


class Failures(BaseModel):
    """Which requests fail, and how."""

    count: int = Field(ge=0, le=1000)
    how: Literal["429", "500", "timeout"]
    seconds: float = Field(5.0, ge=0, le=60, allow_inf_nan=False)


class NewProject(BaseModel):
    """A RecallrAI project and a key that opens it."""

    project_id: str
    key: str
    categories: list[str] = []


class SeededUser(BaseModel):
    """A RecallrAI user."""

    project_id: str | None = None
    custom_user_id: str
    metadata: dict[str, Any] = {}
    merge_conflict_enabled: bool | None = None


class VersionFields(BaseModel):
    """What a version of a RecallrAI memory says; what an update leaves out is inherited."""

    project_id: str | None = None
    content: str
    categories: list[str] = []
    metadata: dict[str, Any] | None = None
    session_id: str | None = None
    event_date_start: AwareDatetime | None = None
    event_date_end: AwareDatetime | None = None
    memory_id: UUID | None = Field(None, description="The new version's id.")


class SeededMemory(VersionFields):
    """A RecallrAI memory."""

    custom_user_id: str


class NewConnection(BaseModel):
    """Two memories of a user to connect, each named by any of its versions."""

    project_id: str | None = None
    source_id: UUID
    target_id: UUID
    kind: str = "related"


class NewOrganization(BaseModel):
    """A Callers organization, a key of it, and its parts."""

    organization_id: str
    key: str
    sub_organizations: list[str] = []


class NewContact(BaseModel):
    """A Callers contact."""

    organization_id: str | None = None
    contact_id: str | None = None
    phone_number: str | None = None


class KnownContact(BaseModel):
    """A contact that is known now."""

    contact_id: str


class SeededCallersMemory(BaseModel):
    """A Callers memory."""

    organization_id: str | None = None
    contact_id: str
    name: str = "Memory"
    text: str
    phone_number: str | None = None
    campaign_id: str | None = None


class CallersVersion(BaseModel):
    """A new version of a Callers memory."""

    organization_id: str | None = None
    name: str | None = None
    text: str


@router.post("/reset")
def reset(body: Nothing, request: Request) -> Done:
    """Forget everything but the keys that the server was started with."""
    del body
    control_in(request).reset()
    return Done()


@router.post("/clock")
def advance(body: Advance, request: Request) -> Done:
    """Move the clock on."""
    control_in(request).advance(timedelta(seconds=body.seconds))
    return Done()


@router.post("/failures")
def fail_next(body: Failures, request: Request) -> Done:
    """Let the next requests to either service fail."""
    control_in(request).fail_next(body.count, body.how, seconds=body.seconds)
    return Done()


@router.post("/recallr/projects", status_code=201)
def create_project(body: NewProject, request: Request) -> Done:
    """Make a project known, or give a known one a key and categories."""
    control = control_in(request)
    control.recallr.create_project(body.project_id, key=body.key, categories=body.categories)
    return Done()


@router.post("/recallr/users", status_code=201)
def create_user(body: SeededUser, request: Request) -> OneUser:
    """Create a user."""
    user = control_in(request).recallr.create_user(
        body.custom_user_id,
        project=body.project_id,
        metadata=body.metadata,
        merge_conflict_enabled=body.merge_conflict_enabled,
    )
    return OneUser(user=user_facts(user))


@router.post("/recallr/memories", status_code=201)
def add_memory(body: SeededMemory, request: Request) -> MemoryItem:
    """Give a user a memory, as a session would have."""
    control = control_in(request)
    version = control.recallr.add(
        body.custom_user_id,
        body.content,
        project=body.project_id,
        categories=body.categories,
        metadata=body.metadata,
        session_id=body.session_id,
        event_date_start=body.event_date_start,
        event_date_end=body.event_date_end,
        id=body.memory_id,
    )
    return _item(control, body.project_id, version)


@router.post("/recallr/memories/{memory_id}/versions", status_code=201)
def update_memory(memory_id: UUID, body: VersionFields, request: Request) -> MemoryItem:
    """Give a memory a new version, as a later session would have."""
    control = control_in(request)
    given: dict[str, Any] = {
        field: getattr(body, field)
        for field in body.model_fields_set - {"project_id", "content", "memory_id"}
    }
    version = control.recallr.update(
        memory_id, body.content, project=body.project_id, id=body.memory_id, **given
    )
    return _item(control, body.project_id, version)


@router.post("/recallr/connections", status_code=201)
def connect(body: NewConnection, request: Request) -> Done:
    """Connect two memories of a user."""
    control_in(request).recallr.connect(
        body.source_id, body.target_id, project=body.project_id, kind=body.kind
    )
    return Done()


@router.post("/callers/organizations", status_code=201)
def create_organization(body: NewOrganization, request: Request) -> Done:
    """Make an organization known, or give a known one a key and parts."""
    control_in(request).callers.create_organization(
        body.organization_id, key=body.key, sub_organizations=body.sub_organizations
    )
    return Done()


@router.post("/callers/contacts", status_code=201)
def create_contact(body: NewContact, request: Request) -> KnownContact:
    """Make a contact known."""
    contact_id = control_in(request).callers.create_contact(
        body.contact_id, organization=body.organization_id, phone_number=body.phone_number
    )
    return KnownContact(contact_id=contact_id)


@router.post("/callers/memories", status_code=201)
def add_callers_memory(body: SeededCallersMemory, request: Request) -> Memory:
    """Give a contact a memory, as a call would have."""
    version = control_in(request).callers.add(
        body.contact_id,
        body.text,
        name=body.name,
        organization=body.organization_id,
        phone_number=body.phone_number,
        campaign_id=body.campaign_id,
    )
    return callers_wire.memory(version)


@router.post("/callers/memories/{memory_id}/versions", status_code=201)
def update_callers_memory(memory_id: str, body: CallersVersion, request: Request) -> Memory:
    """Give a memory a new version: the one before is OUTDATED."""
    version = control_in(request).callers.update(
        memory_id, body.text, name=body.name, organization=body.organization_id
    )
    return callers_wire.memory(version)


def _item(control: Control, project: str | None, version: MemoryVersion) -> MemoryItem:
    memories = control.kept.memories(control.recallr.realm(project))
    item = reading.one(
        memories, version.contact_id, UUID(version.id), previous=True, connected=True
    )
    if item is None:
        raise NotFoundError("memory or version", version.id)
    return item
