"""What happens to a request before and after a service looks at it.

May live here: the order of it (a planned failure, then the key, then the request), and what an
endpoint finds in the request. May not be known here: how a service words an answer.
"""

import logging
from abc import abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, cast

from attrs import frozen
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from .. import MemoryStore, StorageError
from .answers import wait_for_giving_up
from .control import Control
from .faults import Failure, How
from .kept import Kept, Realm

_log = logging.getLogger(__name__)

STATUS_OF = {How.TOO_MANY: 429, How.BROKEN: 500, How.TIMEOUT: 504}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@frozen
class Admitted:
    """What a request may see.

    Attributes:
        realm: the project or organization.
        memories: its memories.
        people: the records of its users or contacts.
    """

    realm: Realm
    memories: MemoryStore
    people: MemoryStore


def control_in(request: Request) -> Control:
    """The control of the app that a request came to. O(1)."""
    return cast("Control", request.app.state.control)


def admitted(request: Request) -> Admitted:
    """What this request may see; the guard put it there. O(1)."""
    return cast("Admitted", request.state.admitted)


class GuardedRoute(APIRoute):
    """A route that asks for the key before it looks at the request, as services do.

    So a wrong key is told from a malformed request, whatever else is wrong with it.
    """

    def get_route_handler(self) -> Handler:
        """FastAPI's own handler, between the guard and the words of this service."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            control = control_in(request)
            failure = control.faults.take()
            if failure is not None:
                return await self._fail(request, failure)
            try:
                request.state.admitted = self.admit(request, control.kept)
                return await handle(request)
            except RequestValidationError as error:
                return self.malformed(error)
            except HTTPException as error:
                return self.refused(error.status_code, error.detail)
            except StorageError:
                _log.exception("the store failed")
                return self.refused(500, FAILURES[How.BROKEN])

        return guarded

    async def _fail(self, request: Request, failure: Failure) -> Response:
        if failure.how is How.TIMEOUT:
            await wait_for_giving_up(request, failure.seconds)
        return self.refused(STATUS_OF[failure.how], FAILURES[failure.how])

    @abstractmethod
    def admit(self, request: Request, kept: Kept) -> Admitted:
        """What the request may see.

        Raises:
            HTTPException: it has no key that opens anything, or asks for what the key does not.
        """

    @abstractmethod
    def malformed(self, error: RequestValidationError) -> Response:
        """The answer to a request that does not fit."""

    @abstractmethod
    def refused(self, status: int, detail: Any) -> Response:
        """The answer to a request that fails in another way."""


FAILURES = {
    How.TOO_MANY: "Too many requests",
    How.BROKEN: "Internal server error",
    How.TIMEOUT: "The request timed out",
}
