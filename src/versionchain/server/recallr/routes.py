"""RecallrAI's requests: users, memories, and the deletion of any version.

May live here: one function a request. May not be known here: how a chain is cut (the library does
it), how an item is put together (`wire`), how an error is worded (`route`).

The requests are those of the client of PyPI, recallrai 0.6.6. It has others too (sessions,
messages, merge conflicts, the system prompt): those answer 501.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import Response

from ... import InvalidInputError, NotFoundError
from ...filters import same_json
from ..guard import Admitted, admitted
from . import reading, users, wire
from .route import (
    NO_JSON,
    NO_MEMORY,
    NO_USER,
    TAKEN,
    RecallrRoute,
    api_key,
    documented,
    filter_of,
    project_header,
    refused_by_store,
)
from .shapes import CategoryProblem, MemoryItem, MemoryPage, NewUser, OneUser, UserChanges, UserPage
from .users import User, UserExistsError

router = APIRouter(
    prefix="/api/v1",
    tags=["RecallrAI"],
    route_class=RecallrRoute,
    dependencies=[api_key, Depends(project_header)],
)
uncovered = APIRouter(prefix="/api/v1", route_class=RecallrRoute, include_in_schema=False)

Here = Annotated[Admitted, Depends(admitted)]
Offset = Annotated[int, Query(ge=0, description="How many to pass over.")]
JsonObject = Annotated[
    str | None,
    Query(description="The JSON of an object.", json_schema_extra={"format": "json-object"}),
]


@router.post("/users", status_code=201, responses=documented(s400=NO_JSON, s409=TAKEN))
def create_user(body: NewUser, here: Here) -> OneUser:
    """Create a user."""
    try:
        user = users.create(
            here.people, body.custom_user_id, body.metadata, body.merge_conflict_enabled
        )
    except UserExistsError as error:
        raise HTTPException(409, str(error)) from None
    except InvalidInputError as error:
        field = users.at_fault(error)
        raise refused_by_store(error, "body", field, given=getattr(body, field)) from None
    return OneUser(user=wire.user_facts(user))


@router.get("/users", responses=documented())
def list_users(
    here: Here,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 10,
    metadata_filter: JsonObject = None,
) -> UserPage:
    """List users, the oldest first; by metadata: equality of the named keys."""
    wanted = filter_of("metadata_filter", metadata_filter) or {}
    found = [user for user in users.listed(here.people) if _holds(user.metadata, wanted)]
    page = found[offset : offset + limit]
    return UserPage(
        users=[wire.user_facts(user) for user in page],
        total=len(found),
        has_more=offset + len(page) < len(found),
    )


@router.get("/users/{custom_user_id}", responses=documented(s404=NO_USER))
def get_user(custom_user_id: str, here: Here) -> OneUser:
    """Get a user."""
    return OneUser(user=wire.user_facts(_user(here, custom_user_id)))


@router.put("/users/{custom_user_id}", responses=documented(s400=NO_JSON, s404=NO_USER, s409=TAKEN))
def update_user(custom_user_id: str, body: UserChanges, here: Here) -> OneUser:
    """Change a user's metadata, id or setting; its memories stay its own under a new id."""
    changes: dict[str, Any] = {}
    if body.new_metadata is not None:
        changes["metadata"] = body.new_metadata
    if body.new_custom_user_id is not None:
        changes["user_id"] = body.new_custom_user_id
    if "merge_conflict_enabled" in body.model_fields_set:
        changes["merge_conflict_enabled"] = body.merge_conflict_enabled
    try:
        user = users.change(here.people, custom_user_id, changes)
    except UserExistsError as error:
        raise HTTPException(409, str(error)) from None
    except InvalidInputError as error:
        field = "new_" + users.at_fault(error)
        raise refused_by_store(error, "body", field, given=getattr(body, field)) from None
    if user is None:
        raise _no_user(custom_user_id)
    return OneUser(user=wire.user_facts(user))


@router.delete(
    "/users/{custom_user_id}",
    status_code=204,
    response_class=Response,
    responses=documented(s404=NO_USER),
)
def delete_user(custom_user_id: str, here: Here) -> None:
    """Delete a user with all memories."""
    if not users.delete(here.people, here.memories, custom_user_id):
        raise _no_user(custom_user_id)


@router.get(
    "/users/{custom_user_id}/memories",
    responses=documented(
        s400={"model": CategoryProblem, "description": "The project knows no such category."},
        s404=NO_USER,
    ),
)
def list_memories(
    custom_user_id: str,
    here: Here,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    categories: Annotated[list[str] | None, Query(description="Any of these.")] = None,
    session_id_filter: Annotated[list[str] | None, Query(description="Any of these.")] = None,
    session_metadata_filter: JsonObject = None,
    include_previous_versions: bool = True,
    include_connected_memories: bool = True,
) -> MemoryPage:
    """List a user's memories, each as its latest version, the newest first."""
    metadata = filter_of("session_metadata_filter", session_metadata_filter)
    user = _user(here, custom_user_id)
    if categories:
        _known(here, user, categories)
    try:
        found = reading.matching(
            here.memories,
            user.contact_id,
            categories=categories or (),
            session_ids=session_id_filter or (),
            metadata=metadata,
        )
    except InvalidInputError as error:
        where = ("query", "session_metadata_filter")
        raise refused_by_store(error, *where, given=session_metadata_filter) from None
    page = found[offset : offset + limit]
    items = reading.latest_ones(
        here.memories,
        user.contact_id,
        page,
        previous=include_previous_versions,
        connected=include_connected_memories,
    )
    return MemoryPage(items=items, total=len(found), has_more=offset + len(page) < len(found))


@router.get("/users/{custom_user_id}/memory/{memory_id}", responses=documented(s404=NO_MEMORY))
def get_memory(
    custom_user_id: str,
    memory_id: UUID,
    here: Here,
    include_previous_versions: bool = True,
    include_connected_memories: bool = True,
) -> MemoryItem:
    """Get any version of a memory, with those before it."""
    user = _user(here, custom_user_id)
    item = reading.one(
        here.memories,
        user.contact_id,
        memory_id,
        previous=include_previous_versions,
        connected=include_connected_memories,
    )
    if item is None:
        raise _no_memory(memory_id)
    return item


@router.delete(
    "/users/{custom_user_id}/memory/{memory_id}",
    status_code=204,
    response_class=Response,
    responses=documented(s404=NO_MEMORY),
)
def delete_memory(
    custom_user_id: str,
    memory_id: UUID,
    here: Here,
    delete_previous_versions: Annotated[
        bool,
        Query(
            description="Delete this version and all previous versions (true) or just this version "
            "(false)"
        ),
    ] = False,
) -> None:
    """Delete any version in the memory version history.

    The rules are the library's `MemoryStore.delete`. Source: recallrai-delete-memory.
    """
    user = _user(here, custom_user_id)
    try:
        here.memories.delete(
            memory_id,
            delete_previous_versions=delete_previous_versions,
            contact_id=user.contact_id,
        )
    except NotFoundError:
        raise _no_memory(memory_id) from None


_ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@uncovered.api_route("/system-prompt", methods=_ANY)
@uncovered.api_route("/users/{custom_user_id}/messages", methods=_ANY)
@uncovered.api_route("/users/{custom_user_id}/sessions", methods=_ANY)
@uncovered.api_route("/users/{custom_user_id}/sessions/{rest:path}", methods=_ANY)
@uncovered.api_route("/users/{custom_user_id}/merge-conflicts", methods=_ANY)
@uncovered.api_route("/users/{custom_user_id}/merge-conflicts/{rest:path}", methods=_ANY)
def not_covered() -> None:
    """What the service has and this fake has not."""
    raise HTTPException(501, "This fake covers users and memories; seed memories under /_fake.")


def _user(here: Admitted, custom_user_id: str) -> User:
    user = users.find(here.people, custom_user_id)
    if user is None:
        raise _no_user(custom_user_id)
    return user


def _no_user(custom_user_id: str) -> HTTPException:
    return HTTPException(404, f"User {custom_user_id} not found")


def _no_memory(memory_id: UUID) -> HTTPException:
    return HTTPException(404, f"Memory {memory_id} not found")


def _known(here: Admitted, user: User, categories: list[str]) -> None:
    own = here.memories.memories(user.contact_id, limit=1000).items
    unknown = reading.unknown_categories(here.memories, here.realm, categories, own)
    if unknown:
        message = "Some categories do not exist in the project"
        raise HTTPException(400, {"message": message, "invalid_categories": unknown})


def _holds(metadata: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(key in metadata and same_json(metadata[key], wanted[key]) for key in wanted)
