"""Opening a file, reading all of it, verifying it: what came of it.

May live here: the steps, the watch over their time, and the verdict. May not be known here: how the
file was spoilt.
"""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final

from attrs import Factory, define

from versionchain import MemoryStore, MemoryStoreError, NotFoundError, StorageError
from versionchain.testing.looking import everything, walk

from .sound import CONTACTS, TENANTS, Sound, dumped

SECONDS: Final = 2.0

FREE: Final = frozenset(
    {
        *("content", "categories", "metadata", "session_id", "event_start", "event_end"),
        *("name", "actor", "reason", "operation", "counts", "last_number", "until"),
    }
)
"""Fields of a dump that stand in one place of the file alone: nothing could contradict them."""


class TooLong(BaseException):
    """A file took longer than it may."""


@define
class Outcome:
    """What came of a file.

    Attributes:
        raw: exceptions that nobody promised.
        refused: the typed errors, by the step that raised each.
        named: what verify() said, if it was not ok.
        dumps: what each tenant dumped, as far as it could.
        answers: what each tenant answered, as far as it could.
    """

    raw: list[str] = Factory(list)
    refused: dict[str, MemoryStoreError] = Factory(dict)
    named: list[str] = Factory(list)
    dumps: dict[str, bytes] = Factory(dict)
    answers: dict[str, Any] = Factory(dict)

    @property
    def noticed(self) -> bool:
        """Whether opening or verify() said that something is wrong."""
        return bool(self.named) or any(
            isinstance(error, StorageError) and step.split()[0] in ("open", "verify")
            for step, error in self.refused.items()
        )


@contextmanager
def watched() -> Iterator[None]:
    """Ends the block with TooLong where it takes more of the processor's time than it may."""

    def over(number: int, frame: FrameType | None) -> None:
        raise TooLong

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def examined(path: Path, revision: int) -> Outcome:
    """Opens a file, verifies it, reads all that it says of now and as of a revision."""
    found = Outcome()

    def step(name: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except MemoryStoreError as error:
            if not (isinstance(error, NotFoundError) and error.what == "revision"):
                found.refused[name] = error  # a shorter log has fewer revisions
        except Exception as error:  # noqa: BLE001  # that is what is looked for
            found.raw.append(f"{name} raised {error!r}")
        return None

    store = step("open", lambda: MemoryStore.open(path))
    if store is None:
        return found
    for tenant in TENANTS:
        handle = store.for_tenant(tenant)
        report = step(f"verify {tenant}", handle.verify)
        if report is not None and not report.ok:
            found.named += [f"{each.invariant.name} {each.detail}" for each in report.violations]
        found.answers[tenant] = step(f"read {tenant}", lambda h=handle: everything(h, CONTACTS))  # type: ignore[misc]
        found.dumps[tenant] = step(f"dump {tenant}", lambda h=handle: dumped(h))  # type: ignore[misc]
        for contact in CONTACTS:
            step(f"log of {contact}", lambda h=handle, c=contact: walk(h.revisions, contact_id=c))  # type: ignore[misc]
            step(
                f"sought of {contact}",
                lambda h=handle, c=contact: walk(h.memories, c, metadata={"n": 1}, limit=2),  # type: ignore[misc]
            )
        step(f"at {revision} {tenant}", lambda h=handle: everything(h.at(revision), CONTACTS))  # type: ignore[misc]
    step("close", store.close)
    return found


def judged(outcome: Outcome, sound: Sound, *, free: bool, older: bool) -> Iterator[str]:
    """What must not be.

    Args:
        outcome: what came of the file.
        sound: what was in it.
        free: whether fields that nothing contradicts may differ unnoticed.
        older: whether the file may have gone back to an older state.
    """
    yield from outcome.raw
    if outcome.raw or outcome.noticed:
        return
    yield from (f"verify() is ok, and {step}: {error!r}" for step, error in outcome.refused.items())
    if outcome.refused:
        return
    dumps = tuple(outcome.dumps.get(tenant, b"") for tenant in TENANTS)
    if dumps == sound.dumps[0]:
        if tuple(outcome.answers[tenant] for tenant in TENANTS) != sound.answers:
            yield "verify() is ok, the dump is right, and the answers differ"
    elif not (older and dumps in sound.dumps[1:]):
        for one, other in zip(dumps, sound.dumps[0], strict=True):
            fields = differing(one, other)
            if not free or not fields <= FREE:
                yield f"verify() is ok, and what is read differs: {sorted(fields)}"


def differing(one: bytes, other: bytes) -> set[str]:
    """The fields in which two dumps differ; "lines" where they have not the same lines."""
    lines, others = ([json.loads(line) for line in dump.splitlines()][:-1] for dump in (one, other))
    if [line["kind"] for line in lines] != [line["kind"] for line in others]:
        return {"lines"}
    return {
        name
        for line, before in zip(lines, others, strict=True)
        for name in line
        if line[name] != before[name]
    }


def cleared(path: Path) -> None:
    """Takes a file and what lies beside it away."""
    for each in path.parent.glob(f"{path.name}*"):
        with suppress(IsADirectoryError, PermissionError):
            each.unlink()
        if each.is_dir():
            each.rmdir()
