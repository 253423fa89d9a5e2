"""The pages that show what is kept: contacts, a contact, a memory, a version, what was found.

May live here: what each asks the store, and which facts its template gets. Nothing here changes
anything. May not be known here: how anything is drawn, or how anything is changed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from attrs import evolve, frozen
from starlette.responses import Response

from ...errors import NotFoundError
from ...model import Connection, Count, MemoryVersion, Revision, Status
from ...store import MemoryStore
from . import chains
from .visit import Visit, newest, revision, revisions

CONTACTS: Final = 50
MEMORIES: Final = 25
VERSIONS: Final = 50
LINKS: Final = 25
_FOUND: Final = 25
_TICKS: Final = 100
_STOPS: Final = 500
_NO_COUNT: Final = Count(0, 0, 0)


@frozen
class AsOf:
    """What the form that goes back in time needs.

    Attributes:
        at: the revision that is looked from; None for the newest state.
        newest: the newest revision.
        slider: the least, the greatest and the present value of the slider: places in `stops`, or
            revisions where there are none.
        stops: the revisions that the slider stops at: those that touched the contact. Empty where
            they are too many, or no contact is looked at.
        earlier: the nearest change before what is shown, or None.
        later: the nearest change after it, or None.
        ticks: the values of the slider that changed the chain.
        shown: the revision that is looked from, or None.
    """

    at: int | None
    newest: int
    slider: tuple[int, int, int]
    stops: tuple[int, ...] = ()
    earlier: int | None = None
    later: int | None = None
    ticks: tuple[int, ...] = ()
    shown: Revision | None = None


@frozen
class Link:
    """A connection as one of its memories sees it: the other end's latest version."""

    connection: Connection
    outgoing: bool
    other: MemoryVersion


def contacts(visit: Visit) -> Response:
    """The contacts, a page of them."""
    view = visit.view
    page = view.contacts(limit=CONTACTS, after=visit.given("after"))
    rows = [(contact_id, view.count(contact_id)) for contact_id in page.items]
    return visit.page(
        "contacts.html",
        rows=rows,
        next_cursor=page.next_cursor,
        first_page=visit.given("after") is None,
        as_of=_as_of(visit, 1),
    )


def contact(visit: Visit) -> Response:
    """A contact's memories, or its deleted versions: a page of them."""
    contact_id, view = visit.text("id"), visit.view
    count = view.count(contact_id)
    if count == _NO_COUNT and (visit.at is None or visit.store.count(contact_id) == _NO_COUNT):
        raise NotFoundError("contact", contact_id)
    category, session = visit.given("category"), visit.given("session")
    deleted = visit.text("show") == "deleted"
    after = visit.given("after")
    page = (
        view.versions(contact_id, status=Status.DELETED, limit=MEMORIES, after=after)
        if deleted
        else view.memories(
            contact_id,
            categories=None if category is None else [category],
            session_id=session,
            limit=MEMORIES,
            after=after,
        )
    )
    return visit.page(
        "contact.html",
        contact_id=contact_id,
        count=count,
        deleted=deleted,
        category=category,
        session=session,
        items=page.items,
        next_cursor=page.next_cursor,
        first_page=after is None,
        as_of=_as_of(visit, 1, contact_id),
        notice=notice(visit),
    )


def find(visit: Visit) -> Response:
    """The contact of a name, and the memories and versions whose id begins with it."""
    sought = visit.text("q").strip()
    ids, count = [], _NO_COUNT
    if sought:
        count = visit.store.count(sought)
        ids = list(visit.store.find_ids(sought.lower(), limit=_FOUND)) if len(sought) <= 36 else []
    found = [(id, visit.store.history(id, include_deleted=True)[-1]) for id in ids]
    return visit.page(
        "find.html", sought=sought, count=count, known=count != _NO_COUNT, found=found
    )


def memory(visit: Visit) -> Response:
    """A memory as a drawn chain, a page of its versions."""
    id = visit.request.path_params["id"]
    now = visit.store.history(id, include_deleted=True)
    versions = now if visit.at is None else _then(visit, id)
    latest = next((each for each in reversed(versions) if each.status is Status.CURRENT), None)
    shown = _shown(visit, versions, id)
    cards = chains.cards(versions, shown, id)
    deletions = revisions(
        visit.store,
        {each.version.deleted_revision for each in cards if each.version.deleted_revision},
    )
    cards = [
        evolve(each, deletion=deletions.get(each.version.deleted_revision or 0)) for each in cards
    ]
    links, count = _links(visit, latest)
    return visit.page(
        "memory.html",
        chain_id=now[0].chain_id,
        contact_id=now[0].contact_id,
        versions=versions,
        living=sum(each.status is not Status.DELETED for each in versions),
        latest=latest,
        cards=cards,
        shown=shown,
        newer=_before(versions, shown.stop + VERSIONS) if shown.stop < len(versions) else None,
        older=_before(versions, shown.start) if shown.start else None,
        links=links,
        link_count=count,
        link_start=visit.number("links") or 0,
        link_size=LINKS,
        as_of=_as_of(visit, now[0].revision, now[0].contact_id, chains.changes_of(now)),
        notice=notice(visit),
    )


def _then(visit: Visit, id: str) -> tuple[MemoryVersion, ...]:
    """The chain as it was; empty before its first version."""
    view = visit.view  # outside of the try: a revision that is not there is another thing
    try:
        return view.history(id, include_deleted=True)
    except NotFoundError:
        return ()


def _shown(visit: Visit, versions: tuple[MemoryVersion, ...], id: str) -> range:
    """The page that is asked for: the newest, or the one below a number, or that of a version."""
    before = visit.number("before", 1)
    if before is not None:
        return chains.page_of(len(versions), _place(versions, before) - 1, VERSIONS)
    newest_page = chains.page_of(len(versions), len(versions) - 1, VERSIONS)
    asked = next((place for place, each in enumerate(versions) if each.id == id), None)
    if asked is None or asked in newest_page:
        return newest_page
    return chains.page_of(len(versions), asked, VERSIONS)


def _place(versions: tuple[MemoryVersion, ...], number: int) -> int:
    return bisect_left(versions, number, key=lambda each: each.number)


def _before(versions: tuple[MemoryVersion, ...], place: int) -> int | None:
    """What `before` must say so that a page ends below a place; None for the newest page."""
    return versions[place].number if place < len(versions) else None


def _links(visit: Visit, latest: MemoryVersion | None) -> tuple[list[Link], int]:
    if latest is None:
        return [], 0
    view, start = visit.view, visit.number("links") or 0
    found = view.connections(latest.chain_id)
    links = []
    for each in found[start : start + LINKS]:
        outgoing = each.source_id == latest.chain_id
        other = view.latest(each.target_id if outgoing else each.source_id)
        links.append(Link(each, outgoing, other))
    return links, len(found)


def version(visit: Visit) -> Response:
    """One version with the whole of its text."""
    id, number = visit.request.path_params["id"], visit.request.path_params["number"]
    versions = visit.view.history(id, include_deleted=True)
    found = next((each for each in versions if str(each.number) == number), None)
    if found is None:
        raise NotFoundError("memory or version", id)
    return visit.page(
        "version.html",
        version=found,
        word=chains.word(found.status),
        at=visit.at,
    )


def notice(visit: Visit) -> Revision | None:
    """The revision that a change made and that the page after it tells of."""
    done = visit.number("done", 1)
    return None if done is None or visit.at is not None else revision(visit.store, done)


def _as_of(
    visit: Visit, first: int, contact_id: str | None = None, changes: Sequence[int] = ()
) -> AsOf:
    """What the form needs, from a revision on.

    Args:
        visit: the request.
        first: the revision that the slider begins with.
        contact_id: the contact that is looked at, or None.
        changes: the revisions that are known to have changed what is shown.
    """
    store, at = visit.store, visit.at
    last = newest(store)
    shown = last if at is None else at
    stops = () if contact_id is None else _stops(store, first, contact_id)
    low, high, value = (
        (0, len(stops) - 1, max(0, bisect_right(stops, shown) - 1))
        if stops
        else (min(first, last), last, shown)
    )
    ticks = [bisect_left(stops, each) for each in changes] if stops else changes
    return AsOf(
        at=at,
        newest=last,
        slider=(low, high, value),
        stops=stops,
        earlier=next((each for each in reversed(changes) if each < shown), None),
        later=next((each for each in changes if each > shown), None) if at is not None else None,
        ticks=tuple(ticks) if len(ticks) <= _TICKS else (),
        shown=revision(store, at) if at else None,
    )


def _stops(store: MemoryStore, first: int, contact_id: str) -> tuple[int, ...]:
    page = store.revisions(since=first - 1, contact_id=contact_id, limit=_STOPS)
    return () if page.next_cursor else tuple(each.number for each in page.items)
