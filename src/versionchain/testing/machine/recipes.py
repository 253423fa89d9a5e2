"""Calls that a machine can make, before it is known what the store holds.

May live here: strategies of calls, and how a call's placeholders are filled.
May not be known here: what a call does, or who judges its answer.

Hypothesis draws a call before the store exists, so a call names ids by a `Pick`: the kind of thing,
and which of them. It is filled when the call is made; so runs shrink, and most ids are good ones.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from attrs import evolve, frozen
from hypothesis import strategies as st

from ...model import NewMemory, Status
from .. import strategies
from ..looking import GONE

Row = dict[str, Any]
T = TypeVar("T")

CONTACTS: Final = ("ada", "grace", "e\u0301", "'; DROP TABLE versions; --")
TENANTS: Final = ("home", "away")
UNKNOWN: Final = "ffffffff-ffff-4fff-8fff-ffffffffffff"
OWN_IDS: Final = tuple(str(UUID(int=n, version=4)) for n in range(8))


@frozen
class Pick:
    """Something that the store will hold: `kind` says of what sort, `index` which of them.

    Kinds: latest, living, deleted, chain, any (of these), time (at which a version was written),
    mark (a revision that deleted something that is deleted now), revision (from 0 to one that is
    not there yet), source and target (the ends of a connection; the same index gives both of one),
    owner, same and alike (a contact, a key of the metadata of one of its memories, and that key
    with a value that only looks equal).
    """

    kind: str
    index: int

    def of(self, held: dict[str, list[Any]]) -> Any:
        """The thing itself; an unknown id where there is none of the kind."""
        those = held[self.kind] or held["any"]
        return those[self.index % len(those)]


@frozen
class Recipe:
    """A call with placeholders: its name, its arguments and its keywords."""

    name: str
    args: tuple[Any, ...]
    given: dict[str, Any]

    def filled(self, held: dict[str, list[Any]]) -> "Recipe":
        """The same call with every `Pick` replaced by what it stands for."""

        def fill(value: Any) -> Any:
            return value.of(held) if isinstance(value, Pick) else value

        given = {key: fill(value) for key, value in self.given.items()}
        return evolve(self, args=tuple(map(fill, self.args)), given=given)


def held(seen: dict[str, Any]) -> dict[str, list[Any]]:
    """What there is to pick from, out of `looking.everything`."""
    chains = [chain for about in seen["about"].values() for chain in about["chains"].values()]
    whole = [version for chain in chains for version in chain["whole"]]
    deleted = [version for version in whole if version.deleted_revision is not None]
    living = [version for version in whole if version.deleted_revision is None]
    found: dict[str, list[Any]] = {
        "latest": [version.id for version in living if version.next_id is None],
        "living": [version.id for version in living],
        "deleted": [version.id for version in deleted],
        "chain": sorted({version.chain_id for version in whole}),
    }
    found["any"] = [UNKNOWN, *found["living"], *found["deleted"], *found["chain"]]
    found["revision"] = list(range(len(seen["revisions"]) + 3))
    marks = {version.deleted_revision for version in deleted}
    found["mark"] = sorted(marks) or found["revision"]
    found["time"] = [version.created_at for version in living] or [datetime(2026, 1, 1, tzinfo=UTC)]
    links = [link for chain in chains if chain["latest"] != GONE for link in chain["connections"]]
    told = [(v.contact_id, json.loads(v.metadata_json)) for v in living if v.next_id is None]
    told = [(contact_id, data) for contact_id, data in told if data] or [(CONTACTS[0], {"k": 1})]
    found["owner"] = [contact_id for contact_id, _ in told]
    found["same"] = [dict([min(data.items(), key=_key)]) for _, data in told]
    found["alike"] = [{key: _alike(value) for key, value in data.items()} for data in found["same"]]
    found["source"] = [link.source_id for link in links]
    found["target"] = [link.target_id for link in links]
    return found


def _key(item: tuple[str, Any]) -> str:
    return item[0]


def _alike(value: Any) -> Any:
    """What Python takes for the same value; JSON has it that True is not 1, and 1 is 1.0."""
    if isinstance(value, bool):
        return int(value)
    return bool(value) if value in (0, 1) and isinstance(value, int) else value


def _pick(*kinds: str) -> st.SearchStrategy[Pick]:
    return st.builds(Pick, st.sampled_from(kinds), st.integers(0, 60))


def _recipe(
    name: str, *args: st.SearchStrategy[Any], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[Recipe]:
    given = st.fixed_dictionaries({}, optional=optional)
    return st.builds(Recipe, st.just(name), st.tuples(*args), given)


def _opaque(make: Callable[[], st.SearchStrategy[T]]) -> Callable[[], st.SearchStrategy[T]]:
    """The same under a short name: Hypothesis describes a strategy at every step that it skips."""
    whole = make()

    def drawn(draw: st.DrawFn) -> T:
        return draw(whole)

    drawn.__name__ = make.__name__
    drawn.__doc__ = make.__doc__
    return st.composite(drawn)


def _either(*recipes: st.SearchStrategy[Recipe]) -> st.SearchStrategy[Recipe]:
    return st.one_of(recipes)


_contacts = st.sampled_from(CONTACTS)
_own_ids = st.sampled_from(OWN_IDS)
_sessions = st.sampled_from(["monday", "Monday", "\u00e9"])
_labels = st.lists(st.sampled_from(["taste", "place", "Taste"]), max_size=3)
_known: st.SearchStrategy[Any] = st.sampled_from([1, 1.0, True, None, "1", [1, {"a": 0}], {}])
_data: st.SearchStrategy[Row] = st.dictionaries(
    st.sampled_from(["k", "k' OR 1=1 --"]), _known, max_size=2
)
_few: st.SearchStrategy[Row] = st.fixed_dictionaries({"k": _known})
_days = st.integers(0, 5).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n))
_seconds = st.integers(-1, 20).map(
    lambda n: datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(seconds=n)
)
_kinds = st.sampled_from(["related", "related", "before"])
_memory = _pick("latest", "latest", "living", "chain", "any")
_version = _pick("latest", "living", "living", "living", "any")
_fields: Final[dict[str, st.SearchStrategy[Any]]] = {
    "categories": st.none() | _labels,
    "metadata": _few | _data | st.none() | strategies.metadata(),
    "session_id": st.none() | _sessions,
    "event_start": st.none() | _days,
    "event_end": st.none() | _days.map(lambda day: day + timedelta(days=3)),
    "id": _own_ids,
}


def _in_order(recipe: Recipe) -> bool:
    start, end = recipe.given.get("event_start"), recipe.given.get("event_end")
    return start is None or end is None or start <= end


def _news(*, own_id: bool = False) -> st.SearchStrategy[NewMemory]:
    free = strategies.new_memories(_contacts)
    owned = st.builds(evolve, free, id=_own_ids)
    return owned if own_id else free | owned


def _few_news() -> st.SearchStrategy[list[NewMemory]]:
    return st.lists(_news(), max_size=3)


_before = _seconds | _pick("time")
_bounds: Final = st.fixed_dictionaries(
    {"keep_last": st.integers(1, 3)}, optional={"before": _before}
) | st.fixed_dictionaries({"before": _before})


def _pruning(name: str, target: st.SearchStrategy[Any]) -> st.SearchStrategy[Recipe]:
    rest = st.fixed_dictionaries({}, optional={"dry_run": st.booleans()})
    given = st.builds(lambda bounds, more: {**bounds, **more}, _bounds, rest)
    return st.builds(Recipe, st.just(name), st.tuples(target), given)


@_opaque
def growth() -> st.SearchStrategy[Recipe]:
    """Calls that write versions; some are refused."""
    said = strategies.contents()
    add = _recipe("add", _contacts, said, **_fields).filter(_in_order)
    update = _recipe("update", _pick("latest"), said, **_fields).filter(_in_order)
    wrong = _recipe("update", _pick("living", "any"), said, id=_own_ids, contact_id=_contacts)
    short = _recipe("update", _pick("latest"), _sessions, metadata=_few)
    clash = st.builds(lambda news, last: [*news, last, last], _few_news(), _news(own_id=True))
    return _either(
        _recipe("add", _contacts, said, metadata=_few),
        add,
        short,
        short,
        update,
        wrong,
        _recipe("add_many", _few_news()),
        _recipe("add_many", clash),
    )


@_opaque
def cuts() -> st.SearchStrategy[Recipe]:
    """Calls that delete, and the one that brings back."""
    whole = {"delete_previous_versions": st.booleans()}
    dry = {"dry_run": st.booleans()}
    guarded = {"contact_id": _contacts, "expected_latest": _pick("latest", "any"), **dry}
    restore = _recipe("restore", _pick("mark", "mark", "mark", "revision"))
    return _either(
        _recipe("delete", _pick("latest")),
        _recipe("delete", _pick("living"), **whole),
        _recipe("delete", _version, **whole, **dry),
        _recipe("delete", _version, **whole, **guarded),
        _recipe("delete_memory", _memory, **dry),
        _recipe("delete_memory", _memory, **guarded),
        restore,
        restore,
        _recipe("delete_contact", _contacts, **dry),
        _pruning("prune", _memory),
        _pruning("prune_contact", _contacts),
    )


@_opaque
def links() -> st.SearchStrategy[Recipe]:
    """Calls that connect memories and disconnect them."""
    ends = (_pick("latest", "living", "chain"), _pick("latest", "living", "chain"))
    some = {"kind": _kinds}
    return _either(
        _recipe("connect", *ends, metadata=_few),
        _recipe("connect", *ends, metadata=_data, contact_id=_contacts, **some),
        _recipe("disconnect", *ends, **some),
        st.integers(0, 9).map(
            lambda n: Recipe("disconnect", (Pick("source", n), Pick("target", n)), {})
        ),
    )


@_opaque
def reads() -> st.SearchStrategy[Recipe]:
    """Calls about single ids, good and bad ones."""
    guard = {"contact_id": _contacts}
    return _either(
        _recipe("get", _pick("any"), **guard),
        _recipe("latest", _pick("any"), **guard),
        _recipe("history", _pick("any"), include_deleted=st.booleans(), **guard),
        _recipe("connections", _pick("any"), kind=_kinds, **guard),
        _recipe("count", strategies.contact_ids()),
        _recipe("find_ids", st.sampled_from("0123456789abcdef"), limit=st.integers(1, 4)),
    )


@_opaque
def listings() -> st.SearchStrategy[Recipe]:
    """Calls that answer with a page, without its limit and cursor."""
    return _either(
        _recipe("memories", _contacts),
        st.builds(
            lambda n, kind: Recipe("memories", (Pick("owner", n),), {"metadata": Pick(kind, n)}),
            st.integers(0, 9),
            st.sampled_from(["same", "alike"]),
        ),
        _recipe("memories", _contacts, categories=_labels, session_id=_sessions, metadata=_data),
        _recipe("versions", _contacts, status=st.sampled_from(Status)),
        _recipe("contacts"),
        _recipe("revisions", since=st.integers(0, 5), contact_id=_contacts),
    )


@_opaque
def blocks() -> st.SearchStrategy[list[Recipe]]:
    """The calls of a block; some of them are refused, and the block goes on."""
    return st.lists(growth() | growth() | cuts() | links() | reads(), max_size=6)
