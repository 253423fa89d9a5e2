"""The tour's story: two contacts, each outcome of a deletion, and the ways back.

May live here: calls to a store, and their answers with the chains around them.
May not be known here: how any of it is drawn.

Each step holds what the library answered and nothing else: chains are read before and after.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID, uuid5

from attrs import frozen

from ..model import Deletion, MemoryVersion, Report
from ..store import MemoryStore
from . import output
from .draw import sentence
from .screen import many

ADA: Final = "ada"
GRACE: Final = "grace"
_TOWNS: Final = ("in Bonn", "in Kiel", "in Rome", "in Oslo", "in Lima")
_DRINKS: Final = ("drinks tea", "drinks mate", "drinks cocoa")
_START: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
_NAMESPACE: Final = UUID("0b7f5d0e-6a0c-5f5e-8f5b-6b4f5a2d9c11")


@frozen
class Picture:
    """A chain at one moment.

    Attributes:
        title: "before", "after", or whose it is.
        versions: all of it, deleted versions too, oldest first.
    """

    title: str
    versions: tuple[MemoryVersion, ...]


@frozen
class Step:
    """One step of the tour.

    Attributes:
        name: what happens.
        call: the call that did it.
        said: what it means.
        answer: what the call returned.
        pictures: the chains around it.
        report: what `verify` found, on the last step alone.
    """

    name: str
    call: str
    said: str
    answer: output.Json
    pictures: tuple[Picture, ...] = ()
    report: Report | None = None

    def json(self) -> output.Json:
        """The step as a JSON object."""
        return {
            "name": self.name,
            "call": self.call,
            "said": self.said,
            "answer": self.answer,
            "pictures": [
                {"title": each.title, "versions": [output.version(v) for v in each.versions]}
                for each in self.pictures
            ],
        }


def repeatable_store() -> MemoryStore:
    """A store in memory whose every answer is the same at each run."""
    minutes, numbers = count(), count()
    return MemoryStore(
        clock=lambda: _START + timedelta(minutes=next(minutes)),
        ids=lambda: uuid5(_NAMESPACE, str(next(numbers))),
    )


def steps(store: MemoryStore) -> Iterator[Step]:
    """The story, told to a store that holds nothing yet; each step happens as it is asked for.

    Example:
        >>> [step.name for step in steps(repeatable_store())][1:3]
        ['RELINKED', 'RESURRECTED']
    """
    town = _written(store, ADA, _TOWNS)
    drink = _written(store, GRACE, _DRINKS)
    sails = store.add(GRACE, "sails")
    yield Step(
        "A memory, a chain",
        'store.add("ada", "in Bonn"), then four store.update(...)',
        "The last version is the latest. An older one stays readable.",
        output.version(store.latest(town[0])),
        (_picture(store, ADA, town[0]),),
    )
    yield from _cuts(store, town)
    yield from _contact(store, [drink[0], sails.id])
    report = store.verify()
    yield Step(
        "Verified",
        "store.verify()",
        "Every invariant is checked, by name.",
        output.report(report),
        report=report,
    )


def _written(store: MemoryStore, contact: str, texts: tuple[str, ...]) -> list[str]:
    version = store.add(contact, texts[0])
    ids = [version.id]
    for text in texts[1:]:
        version = store.update(version.id, text)
        ids.append(version.id)
    return ids


def _cuts(store: MemoryStore, town: list[str]) -> Iterator[Step]:
    _, v2, v3, v4, v5 = town
    yield _deleted(store, "v2", "", lambda: store.delete(v2), v2)
    yield _deleted(store, "v5", "", lambda: store.delete(v5), v5)
    yield _deleted(
        store,
        "v3",
        ", delete_previous_versions=True",
        lambda: store.delete(v3, delete_previous_versions=True),
        v3,
    )
    yield _rehearsed(store, v4)
    ended = _deleted(store, "v4", "", lambda: store.delete(v4), v4)
    yield ended
    yield _restored(store, ended.answer["revision"], [v4])


def _deleted(
    store: MemoryStore, name: str, more: str, call: Callable[[], Deletion], id: str
) -> Step:
    before = _picture(store, "before", id)
    done = call()
    after = _picture(store, "after", id)
    (cut,) = done.cuts
    return Step(
        cut.outcome.value,
        f"store.delete({name}.id{more})",
        sentence(cut, {v.id: f"v{v.number}" for v in before.versions}),
        output.deletion(done),
        (before, after),
    )


def _rehearsed(store: MemoryStore, id: str) -> Step:
    done = store.delete(id, dry_run=True)
    (cut,) = done.cuts
    return Step(
        "A dry run",
        "store.delete(v4.id, dry_run=True)",
        f"It would be {cut.outcome.value}. Nothing was changed.",
        output.deletion(done),
        (_picture(store, "still", id),),
    )


def _restored(store: MemoryStore, revision: int, ids: list[str]) -> Step:
    before = _pictures(store, "before", ids)
    done = store.restore(revision)
    return Step(
        "Restored",
        f"store.restore({revision})",
        f"{many(done.count, 'version')} back in place.",
        output.restoration(done),
        (*before, *_pictures(store, "after", ids)),
    )


def _contact(store: MemoryStore, ids: list[str]) -> Iterator[Step]:
    before = _pictures(store, "before", ids)
    done = store.delete_contact(GRACE)
    yield Step(
        "A contact deleted, softly",
        f'store.delete_contact("{GRACE}")',
        f"{many(done.memories, 'memory', 'memories')} ended. "
        f"Contacts left: {', '.join(store.contacts().items)}.",
        output.deletion(done),
        (*before, *_pictures(store, "after", ids)),
    )
    if done.revision is not None:
        yield _restored(store, done.revision, ids)


def _pictures(store: MemoryStore, title: str, ids: list[str]) -> tuple[Picture, ...]:
    return tuple(_picture(store, title if i == 0 else "", id) for i, id in enumerate(ids))


def _picture(store: MemoryStore, title: str, id: str) -> Picture:
    return Picture(title, store.history(id, include_deleted=True))
