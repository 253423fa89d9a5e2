"""Callers.ai's requests: a contact's memories, and their deletion.

May live here: one function a request, how the service words what goes wrong, and whom it lets in.
May not be known here: what a deletion does to a chain (the library does it).

Assumptions, where the documents are silent: a soft delete of one memory makes the OUTDATED one
before it ACTUAL again, as the library's `delete` does; it is a 404 the second time. A contact's id
is any string that the store takes, 1 to 512 characters; another one is a 400. A missing or wrong
key is a 401.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.security import APIKeyHeader

from ... import InvalidInputError, MemoryStore, MemoryVersion, NotFoundError
from ..answers import json_answer
from ..guard import Admitted, GuardedRoute, admitted, control_in
from ..kept import Kept
from . import ids, people, wire
from .shapes import (
    Deleted,
    DeletedCount,
    Failed,
    Malformed,
    Memories,
    NewMemoryBody,
    OneMemory,
    WireStatus,
)

KEY: Final = "Authorization"
PART: Final = "x-sub-organization-id"


class CallersRoute(GuardedRoute):
    """A request to Callers.ai: every failure as `{status: "error", message}`."""

    def admit(self, request: Request, kept: Kept) -> Admitted:
        """What the key opens: its organization, or the part of it that the request names.

        Raises:
            HTTPException: 401 for the key, 400 for a part that is not the organization's. Source:
                callers-delete-all-memories, "Must belong to your main organization API key".
        """
        key, part = request.headers.get(KEY), request.headers.get(PART)
        opened = kept.opened_by("callers", key) if key is not None else ()
        if not opened:
            raise HTTPException(401, "Unauthorized")
        realm = opened[0]
        if part is not None:
            sub = kept.realm("callers", part)
            if sub is None or sub.parent != realm.id:
                problem = {"property": PART, "message": "must belong to your organization"}
                raise HTTPException(400, ("Invalid sub organization", [problem]))
            realm = sub
        return Admitted(realm, kept.memories(realm), kept.people("callers", realm))

    def malformed(self, error: RequestValidationError) -> Response:
        """400 with an object for each thing that does not fit."""
        problems = [
            {"property": ".".join(map(str, each["loc"][1:])), "message": each["msg"]}
            for each in error.errors()
        ]
        return self.refused(400, ("Validation failed", problems))

    def refused(self, status: int, detail: Any) -> Response:
        """The envelope of a failure; a 400 says what about in `data`."""
        message, problems = detail if isinstance(detail, tuple) else (detail, [])
        body = {"status": "error", "message": message}
        return json_answer(status, body | ({"data": problems} if status == 400 else {}))


def _documented(*, not_found: str) -> dict[int | str, dict[str, Any]]:
    return {
        400: {"model": Malformed, "description": "The request does not fit."},
        401: {"model": Failed, "description": "The key is missing or wrong."},
        404: {"model": Failed, "description": not_found},
        429: {"model": Failed, "description": "On purpose: a test asked for it."},
        500: {"model": Failed, "description": "On purpose: a test asked for it."},
        504: {"model": Failed, "description": "On purpose: a time-out that nobody gave up on."},
    }


def _part_header(
    part: Annotated[
        str | None,
        Header(
            alias=PART,
            description="Optional sub organization ID. Must belong to your main organization API "
            "key.",
        ),
    ] = None,
) -> None:
    """Documents the header; the guard has read it."""
    del part


router = APIRouter(
    tags=["Contact Memory"],
    route_class=CallersRoute,
    dependencies=[
        Security(APIKeyHeader(name=KEY, scheme_name="Authorization", auto_error=False)),
        Depends(_part_header),
    ],
)

Here = Annotated[Admitted, Depends(admitted)]
ContactId = Annotated[
    str, Path(description="Contact ID", min_length=1, max_length=512, pattern=r"^[^\x00]*$")
]
MemoryId = Annotated[str, Path(description="Memory ID", pattern="^[0-9a-fA-F]{24}$")]
NO_CONTACT: Final = _documented(not_found="There is no such contact in this organization.")
NO_MEMORY: Final = _documented(not_found="There is no such memory in this organization.")


@router.get(
    "/contacts/{contactId}/memories",
    operation_id="ContactMemoryPublicController_getByContactId",
    summary="List memories of contact",
    responses=NO_CONTACT,
)
def list_memories(
    contactId: ContactId,  # noqa: N803 - the service's own name
    here: Here,
    status: Annotated[
        WireStatus | None, Query(description="Without it the deleted are left out.")
    ] = None,
) -> Memories:
    """A contact's memories, the oldest first."""
    _must_know(here, contactId)
    found = _all(here.memories, contactId, status)
    return Memories(data=[wire.memory(version) for version in found])


@router.post(
    "/contacts/{contactId}/memories",
    operation_id="ContactMemoryPublicController_create",
    summary="Create memory for contact",
    status_code=201,
    responses=NO_CONTACT,
)
def create_memory(
    contactId: ContactId,  # noqa: N803
    body: NewMemoryBody,
    here: Here,
    request: Request,
) -> OneMemory:
    """A new memory, ACTUAL."""
    _must_know(here, contactId)
    try:
        version = people.remember(
            here.memories,
            here.people,
            contactId,
            body.name,
            body.text,
            new_id=control_in(request).callers.new_id,
        )
    except InvalidInputError as error:
        name = "text" if error.field == "content" else "name"
        raise _malformed(name, error) from None
    return OneMemory(data=wire.memory(version))


@router.delete(
    "/memories/{memoryId}",
    operation_id="ContactMemoryPublicController_deleteById",
    summary="Delete memory",
    responses=NO_MEMORY,
)
def delete_memory(memoryId: MemoryId, here: Here) -> OneMemory:  # noqa: N803
    """Soft deletes one memory item by marking its status as DELETED."""
    version_id = ids.find(here.memories, memoryId)
    if version_id is None:
        raise HTTPException(404, "Memory not found")
    try:
        here.memories.delete(version_id)
        versions = here.memories.history(version_id, include_deleted=True)
    except NotFoundError:
        raise HTTPException(404, "Memory not found") from None
    gone = next(version for version in versions if version.id == version_id)
    return OneMemory(data=wire.memory(gone))


@router.delete(
    "/contacts/{contactId}/memories",
    operation_id="ContactMemoryPublicController_deleteByContactId",
    summary="Delete all memories for contact",
    responses=NO_CONTACT,
)
def delete_memories(contactId: ContactId, here: Here) -> Deleted:  # noqa: N803
    """Soft deletes all memory items for the specified contact by marking their status as DELETED.

    Source: callers-delete-all-memories. `count` is the items whose status this call changed.
    """
    _must_know(here, contactId)
    try:
        count = here.memories.delete_contact(contactId).count
    except NotFoundError:  # it was made known, and has had no memory yet
        count = 0
    return Deleted(data=DeletedCount(count=count))


def _must_know(here: Admitted, contact_id: str) -> None:
    """Refuses a contact that nobody can have, and one that is unknown.

    Raises:
        HTTPException: 400 or 404.
    """
    try:
        here.memories.count(contact_id)
    except InvalidInputError as error:
        raise _malformed("contactId", error) from None
    if not people.is_known(here.memories, here.people, contact_id):
        raise HTTPException(404, "Contact not found")


def _malformed(name: str, error: InvalidInputError) -> HTTPException:
    problem = {"property": name, "message": f"{name} {error.problem}"}
    return HTTPException(400, ("Validation failed", [problem]))


def _all(memories: MemoryStore, contact_id: str, status: WireStatus | None) -> list[MemoryVersion]:
    wanted = None if status is None else wire.STATUS_OF[status]
    found: list[MemoryVersion] = []
    after = None
    while True:
        page = memories.versions(contact_id, status=wanted, limit=1000, after=after)
        found += page.items
        after = page.next_cursor
        if after is None:
            return found
