"""The pages about the whole: the log of revisions, one revision, the verification.

May live here: what each asks the store. Nothing here changes anything.
May not be known here: how anything is drawn, or how anything is changed.
"""

from collections import Counter, deque
from collections.abc import Iterator
from typing import Final

from attrs import frozen
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ...errors import NotFoundError
from ...model import Invariant, MemoryVersion, Revision, Status
from ...store import MemoryStore
from . import chains
from .browse import notice
from .visit import Visit, newest
from .visit import revision as revision_of

REVISIONS: Final = 50
VIOLATIONS: Final = 200
CHAINS: Final = 10
NAMES: Final = 50
_PAGE: Final = 1000


@frozen
class Comeback:
    """What the restoration of a revision would bring back.

    Attributes:
        count: how many versions.
        memories: how many chains that have no latest version would have one again.
        chains: the chains, as many as a page shows: the newest version that would come back,
            and the rows of its chain before and after.
        more: how many more chains there are.
    """

    count: int
    memories: int
    chains: tuple[tuple[MemoryVersion, list[chains.Row]], ...]
    more: int


def revisions(visit: Visit) -> Response:
    """The log of revisions, of all contacts or of one: a page of it, the newest first."""
    contact_id = visit.text("contact") or None
    before = visit.number("before", 1)
    found = _recent(visit.store, contact_id, before, REVISIONS + 1)
    more = len(found) > REVISIONS
    shown = found[:REVISIONS]
    return visit.page(
        "revisions.html",
        contact_id=contact_id,
        shown=shown,
        older=shown[-1].number if more else None,
        first_page=before is None,
    )


def _recent(
    store: MemoryStore, contact_id: str | None, before: int | None, most: int
) -> list[Revision]:
    """The newest revisions below a number, the newest first.

    The store lists them oldest first, so it is asked for windows that grow until one holds enough.
    O(what the last window holds).
    """
    last = newest(store)
    top = last if before is None else min(before - 1, last)
    width = most
    while True:
        since = max(0, top - width)
        found = deque(_between(store, contact_id, since, top), maxlen=most)
        if len(found) == most or since == 0:
            return list(reversed(found))
        width *= 4


def _between(
    store: MemoryStore, contact_id: str | None, since: int, top: int
) -> Iterator[Revision]:
    limit = min(_PAGE, top - since) or 1
    page = store.revisions(since=since, contact_id=contact_id, limit=limit)
    while True:
        for each in page.items:
            if each.number > top:
                return
            yield each
        if page.next_cursor is None:
            return
        page = store.revisions(
            since=since, contact_id=contact_id, limit=limit, after=page.next_cursor
        )


def revision(visit: Visit) -> Response:
    """One revision, and what its restoration would bring back."""
    said = visit.request.path_params["number"]
    if not (said.isascii() and said.isdecimal() and len(said) <= 18):
        raise NotFoundError("revision", said)
    found = revision_of(visit.store, int(said))
    return visit.page(
        "revision.html",
        revision=found,
        newest=newest(visit.store),
        contacts=found.contacts[:NAMES],
        more_contacts=max(0, len(found.contacts) - NAMES),
        comeback=_comeback(visit.store, found) if found.counts.deleted else None,
        token=visit.token("restore", str(found.number)),
        notice=notice(visit),
    )


def _comeback(store: MemoryStore, deletion: Revision) -> Comeback:
    """What restoring would bring back: the store has no dry run of it, so it is looked up."""
    marked: dict[str, MemoryVersion] = {}
    count = 0
    for version in _marked(store, deletion):
        marked[version.chain_id] = version
        count += 1
    drawn: list[tuple[MemoryVersion, list[chains.Row]]] = []
    memories = 0
    for chain_id, version in marked.items():
        if len(drawn) < CHAINS:
            versions = store.history(chain_id, include_deleted=True)
            drawn.append((version, chains.restored_rows(versions, deletion.number)))
        memories += not _lives(store, chain_id)
    return Comeback(count, memories, tuple(drawn), len(marked) - len(drawn))


def _lives(store: MemoryStore, chain_id: str) -> bool:
    try:
        store.latest(chain_id)
    except NotFoundError:
        return False
    return True


def _marked(store: MemoryStore, deletion: Revision) -> Iterator[MemoryVersion]:
    """The versions whose current deletion is a revision's, a contact at a time.

    O(those that the contacts had when it happened and that are deleted).
    """
    for contact_id in deletion.contacts:
        after: str | None = None
        while True:
            page = store.versions(contact_id, status=Status.DELETED, limit=_PAGE, after=after)
            yield from (each for each in page.items if each.deleted_revision == deletion.number)
            after = page.next_cursor
            if after is None or page.items[-1].revision > deletion.number:
                break


def verify(visit: Visit) -> Response:
    """Every invariant, checked when asked to."""
    if visit.text("run") not in ("", "1"):
        raise HTTPException(422, "run must be 1.")
    report = visit.store.verify() if visit.text("run") else None
    broken = Counter(each.invariant for each in report.violations) if report else Counter()
    return visit.page(
        "verify.html",
        report=report,
        invariants=[(each, broken[each]) for each in Invariant],
        violations=report.violations[:VIOLATIONS] if report else (),
        more=max(0, len(report.violations) - VIOLATIONS) if report else 0,
    )
