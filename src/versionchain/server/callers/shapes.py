"""What Callers.ai's requests and answers look like.

May live here: the shapes. Source: callers-delete-all-memories, for the envelope, its 400 and its
404; the issue, for the other requests. May not be known here: where the values come from.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field

WireStatus = Literal["ACTUAL", "OUTDATED", "DELETED"]


class NewMemoryBody(BaseModel):
    """What `POST /contacts/{contactId}/memories` takes."""

    name: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=5000, pattern=r"^[^\x00]*$")


class Memory(BaseModel):
    """A memory item: one version."""

    id: str = Field(pattern="^[0-9a-f]{24}$")
    name: str
    text: str
    status: WireStatus
    phoneNumber: str | None  # noqa: N815 - the service's own name, as those below
    campaignId: str | None  # noqa: N815
    contactId: str  # noqa: N815
    previousMemoryId: str | None  # noqa: N815
    createdAt: str = Field(json_schema_extra={"format": "date-time"})  # noqa: N815
    updatedAt: str = Field(json_schema_extra={"format": "date-time"})  # noqa: N815


class OneMemory(BaseModel):
    """The answer with one memory."""

    status: Literal["success"] = "success"
    data: Memory


class Memories(BaseModel):
    """The answer with several."""

    status: Literal["success"] = "success"
    data: list[Memory]


class DeletedCount(BaseModel):
    """How many memories were deleted."""

    count: int = Field(description="Number of deleted memories")


class Deleted(BaseModel):
    """The answer to the deletion of all of a contact's memories."""

    status: Literal["success"] = "success"
    data: DeletedCount


class Failed(BaseModel):
    """The answer to a request that failed."""

    status: Literal["error"] = "error"
    message: str


class Malformed(BaseModel):
    """The answer to a request that does not fit."""

    status: Literal["error"] = "error"
    message: str
    data: list[dict[str, Any]]
