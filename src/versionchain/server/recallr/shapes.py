"""What RecallrAI's requests and answers look like.

May live here: the shapes, field for field as the client of PyPI (recallrai 0.6.6, its `models`)
reads them, and as the document recallrai-delete-memory has its errors.
May not be known here: where the values come from.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

# What the store takes as an id: not blank, no NUL, no lone surrogate.
UserId = Annotated[
    str, Field(min_length=1, max_length=400, pattern=r"^[^\x00]*$", description="Your own id.")
]


class NewUser(BaseModel):
    """What `POST /users` takes."""

    custom_user_id: UserId
    metadata: dict[str, Any] | None = None
    merge_conflict_enabled: bool | None = None


class UserChanges(BaseModel):
    """What `PUT /users/{id}` takes; what is left out stays as it is."""

    new_metadata: dict[str, Any] | None = None
    new_custom_user_id: UserId | None = None
    merge_conflict_enabled: bool | None = Field(
        None, description="An explicit null goes back to the project's setting."
    )


class UserFacts(BaseModel):
    """A user."""

    custom_user_id: str
    metadata: dict[str, Any]
    merge_conflict_enabled: bool | None
    created_at: datetime
    last_active_at: datetime


class OneUser(BaseModel):
    """A user, as it is answered alone."""

    user: UserFacts


class UserPage(BaseModel):
    """Some of a project's users."""

    users: list[UserFacts]
    total: int
    has_more: bool


class PreviousVersion(BaseModel):
    """An older version of a memory, beside the one that was asked for."""

    memory_id: str
    version_number: int
    content: str
    event_date_start: datetime
    event_date_end: datetime
    created_at: datetime
    expired_at: datetime
    expiration_reason: str


class ConnectedMemory(BaseModel):
    """A memory that another one is connected with."""

    memory_id: str
    content: str


class MemoryItem(BaseModel):
    """One version of a memory, with its place in the chain."""

    memory_id: str
    categories: list[str]
    content: str
    event_date_start: datetime
    event_date_end: datetime
    created_at: datetime
    version_number: int
    total_versions: int
    has_previous_versions: bool
    previous_versions: list[PreviousVersion] | None
    connected_memories: list[ConnectedMemory] | None
    merge_conflict_in_progress: bool
    merge_conflict_id: str | None
    expired_at: datetime | None
    expiration_reason: str | None
    session_id: str


class MemoryPage(BaseModel):
    """Some of a user's memories, each as its latest version."""

    items: list[MemoryItem]
    total: int
    has_more: bool


class Problem(BaseModel):
    """Why a request failed."""

    detail: str


class UnknownCategories(BaseModel):
    """Which categories the project does not know."""

    message: str
    invalid_categories: list[str]


class CategoryProblem(BaseModel):
    """The answer to a filter by categories that the project does not know."""

    detail: UnknownCategories


class Misfit(BaseModel):
    """One thing that does not fit. Source: recallrai-delete-memory, its 422."""

    loc: list[str | int]
    msg: str
    type: str
    input: Any
    ctx: dict[str, Any] | None = None


class Misfits(BaseModel):
    """Everything that does not fit."""

    detail: list[Misfit]
