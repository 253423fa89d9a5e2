"""How RecallrAI words what goes wrong, and whom it lets in.

May live here: the route that all its requests go through, and the answers that it documents.
May not be known here: any single request.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Header, HTTPException, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.security import APIKeyHeader

from ... import InvalidInputError
from ..answers import json_answer
from ..guard import Admitted, GuardedRoute
from ..kept import Kept
from .shapes import Misfits, Problem

KEY: Final = "X-Recallr-Api-Key"
PROJECT: Final = "X-Recallr-Project-Id"


class RecallrRoute(GuardedRoute):
    """A request to RecallrAI: 401, 422 and the others in the words of its documents."""

    def admit(self, request: Request, kept: Kept) -> Admitted:
        """What the key and the project id open.

        The client says "If the API key or project ID is invalid" of its AuthenticationError, so a
        project that the key does not open is a 401 too.

        Raises:
            HTTPException: 401.
        """
        key, project = request.headers.get(KEY), request.headers.get(PROJECT)
        for realm in kept.opened_by("recallr", key) if key is not None else ():
            if realm.id == project:
                return Admitted(realm, kept.memories(realm), kept.people("recallr", realm))
        raise HTTPException(401, "Invalid API key or project ID")

    def malformed(self, error: RequestValidationError) -> Response:
        """422 with FastAPI's own list. Source: recallrai-delete-memory, its 422."""
        return json_answer(422, {"detail": error.errors()})

    def refused(self, status: int, detail: Any) -> Response:
        """`{"detail": …}`."""
        return json_answer(status, {"detail": detail})


def documented(**others: Any) -> dict[int | str, dict[str, Any]]:
    """The answers of a request beside the good one: those of all, and its own as `s404=`. O(1)."""
    answers: dict[int | str, dict[str, Any]] = {
        401: {"model": Problem, "description": "The key is missing, or does not open the project."},
        422: {"model": Misfits, "description": "The request does not fit."},
        429: {"model": Problem, "description": "On purpose: a test asked for it."},
        500: {"model": Problem, "description": "On purpose: a test asked for it."},
        504: {"model": Problem, "description": "On purpose: a time-out that nobody gave up on."},
    }
    answers |= {int(name[1:]): answer for name, answer in others.items()}
    return answers


NO_USER: Final = {"model": Problem, "description": "There is no such user."}
NO_MEMORY: Final = {"model": Problem, "description": "There is no such user or memory."}
TAKEN: Final = {"model": Problem, "description": "Another user has the id."}
NO_JSON: Final = {"model": Problem, "description": "The body can't be read."}


def project_header(
    project: Annotated[str, Header(alias=PROJECT, description="The project's id.")],
) -> None:
    """Documents the header; the guard has read it."""
    del project


api_key = Security(APIKeyHeader(name=KEY, scheme_name="RecallrApiKey", auto_error=False))


def misfit(where: tuple[str, ...], what: str, given: object) -> RequestValidationError:
    """What FastAPI raises for one value that does not fit. O(1)."""
    problem: Mapping[str, Any] = {
        "type": "value_error",
        "loc": where,
        "msg": f"Value error, {what}",
        "input": given,
        "ctx": {"error": what},
    }
    return RequestValidationError([problem])


def refused_by_store(error: InvalidInputError, *where: str, given: object) -> Exception:
    """The same, for a value that the library refuses. O(1)."""
    return misfit(where, f"it {error.problem}", given)


def filter_of(name: str, text: str | None) -> dict[str, Any] | None:
    """A filter by metadata, which the client sends as the JSON of an object. O(n).

    Raises:
        RequestValidationError: it is none.
    """
    if text is None:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise misfit(("query", name), "it must be the JSON of an object", text)
    return value
