"""A store that is written to and fro, with a judge for each tenant that is told the same.

May live here: which calls are made, what text they carry, and that both sides answer alike.
May not be known here: files, or how anything is erased from them.
"""

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Any, Final

from versionchain import MemoryStore, MemoryStoreError, NewMemory
from versionchain.testing.answers import Refused
from versionchain.testing.looking import difference, everything, named, plain
from versionchain.testing.repeatable import Clock, Ids

from .judge import Judge
from .search import in_text

TENANTS: Final = ("home", "away")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FILLING: Final = ("0123456789 ", "é漢 ", "7, 5; ", "\n\t", "\U0001f9ff")


class Differs(Exception):  # noqa: N818  # it is what a round finds
    """The store is not what it has to be."""


class Undone(Exception):  # noqa: N818  # it stands for a caller's own error
    """Leaves a block that is to be undone."""


class Watched(Clock):
    """A clock that does something when it is next asked.

    Attributes:
        meanwhile: what, or None.
    """

    meanwhile: Callable[[], None] | None = None

    def __call__(self) -> datetime:
        """The next answer."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().__call__()


class Marks:
    """Makes markers, and texts that hold some.

    Attributes:
        made: every marker so far.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self.made: set[str] = set()

    def one(self) -> str:
        """A new marker: 16 letters."""
        mark = "".join(self._random.choices(_LETTERS, k=16))
        self.made.add(mark)
        return mark

    def text(self, most: int = 200) -> str:
        """A text of at most about so many characters, a marker in it at every thousand or so."""
        pieces = []
        for _ in range(1 + self._random.randrange(most) // 1000):
            filling = self._random.choice(_FILLING) * self._random.randrange(200)
            pieces.append(f"{self.one()} {filling} ")
        return "".join(pieces).strip()

    def content(self) -> str:
        """Mostly short, some over several pages, a few over many."""
        return self.text(self._random.choices((200, 9_000, 90_000), (70, 24, 6))[0])

    def metadata(self) -> dict[str, Any]:
        """Markers as a key, a value, and deep inside."""
        return {self.one(): 1, "note": self.text(), "deep": [{"inner": self.one()}, None, 1.5]}

    def said(self) -> dict[str, Any]:
        """Some of what a version may carry beside its content."""
        fields: dict[str, Callable[[], Any]] = {
            "categories": lambda: [self.one() for _ in range(self._random.randrange(3))],
            "metadata": lambda: self._random.choice((None, self.metadata())),
            "session_id": lambda: self._random.choice((None, self.one())),
        }
        return {name: make() for name, make in fields.items() if self._random.random() < 0.6}


class Churned:
    """A store, and a judge for each of its tenants.

    Args:
        random: its chances.
        reopened: opens the store; given a clock and ids.

    Attributes:
        marks: what was written, ever.
        store: the first handle.
    """

    def __init__(self, random: Random, reopened: Callable[..., MemoryStore]) -> None:
        self.random = random
        self.marks = Marks(random)
        self.clock = Watched()
        self._ids = Ids(random.randrange(1 << 30))
        self._opened = reopened
        self.judges = {tenant: Judge(self.clock.now, "judge") for tenant in TENANTS}
        self._past: dict[str, dict[int, Judge]] = {tenant: {} for tenant in TENANTS}
        self._contacts = {
            tenant: ["ada", *(f"contact {self.marks.one()}" for _ in range(2))]
            for tenant in TENANTS
        }
        self.open()

    def open(self) -> None:
        """Opens the store, for the first time or again."""
        self.store = self._opened(tenant=TENANTS[0], actor="judge", clock=self.clock, ids=self._ids)
        self.handles = {tenant: self.store.for_tenant(tenant) for tenant in TENANTS}

    def churn(self, times: int) -> None:
        """So many changes."""
        kinds = {
            self._add: 26,
            self._add_many: 6,
            self._update: 26,
            self._delete: 14,
            self._restore: 5,
            self._connect: 12,
            self._undone: 3,
            self._block: 4,
            self._stale: 2,
        }
        for change in self.random.choices(list(kinds), list(kinds.values()), k=times):
            self._tenant = self.random.choice((TENANTS[0], *TENANTS))
            change()
            if self.random.random() < 0.1:
                self._keep()

    def victim(self, tenant: str) -> str:
        """Whom to erase: mostly the one with the most texts whose id is a marker."""
        known = self.judges[tenant].known()
        named = [contact for contact in known if " " in contact]
        return named[0] if named and self.random.random() < 0.8 else self.random.choice(known)

    def past(self, tenant: str) -> list[Judge]:
        """The older states that are kept."""
        return list(self._past[tenant].values())

    def due(self) -> tuple[set[str], set[str]]:
        """The markers that must be there, and those that must not."""
        there = set().union(*(judge.marks() for judge in self.judges.values()))
        return self.marks.made & there, self.marks.made - there

    def compare(self) -> None:
        """Compares all that every tenant reads with its judge, an older state too.

        Raises:
            Differs: they differ, or `verify` finds something, or a dump has what it must not have.
        """
        _, gone = self.due()
        for tenant, handle in self.handles.items():
            judge = self.judges[tenant]
            _same(f"{tenant}: everything", everything(handle, judge.seen), judge.everything())
            if kept := self._past[tenant]:
                number = self.random.choice(list(kept))
                told = {**kept[number].everything(judge.seen), "revisions": []}
                _same(f"at {number}", everything(handle.at(number), judge.seen), told)
            report = handle.verify()
            if not report.ok:
                raise Differs(f"verify: {report.violations}")
            dumped = io.BytesIO()
            handle.dump(dumped)
            if left := in_text(dumped.getvalue().decode(), gone):
                raise Differs(f"a dump holds {len(left)} erased markers")

    def call(self, name: str, *args: Any, **given: Any) -> Any:
        """Makes a call on both sides and compares the answers."""
        return self._call(self.handles[self._tenant], self.judges[self._tenant], name, args, given)

    def _call(
        self, handle: Any, judge: Judge, name: str, args: tuple[Any, ...], given: dict[str, Any]
    ) -> Any:
        judge.now, mark = self.clock.now, len(self._ids.given)
        answer = _answer(handle, name, args, given)
        judge.minted = self._ids.given[mark:]
        _same(name, answer, _answer(judge, name, args, given))
        return answer

    def _keep(self) -> None:
        judge = self.judges[self._tenant]
        if newest := len(judge.times()):
            self._past[self._tenant][newest] = judge.begin()

    def _reason(self) -> dict[str, Any]:
        return self.random.choice(({}, {"reason": self.marks.text()}))

    def _version(self) -> dict[str, Any] | None:
        living = self.judges[self._tenant].living()
        return self.random.choice(living) if living else None

    def _add(self) -> None:
        contact = self.random.choice(self._contacts[self._tenant])
        self.call("add", contact, self.marks.content(), **self.marks.said())

    def _add_many(self) -> None:
        contact = self.random.choice(self._contacts[self._tenant])
        items = [
            NewMemory(contact, self.marks.text(), **self.marks.said())
            for _ in range(self.random.randrange(1, 10))
        ]
        self.call("add_many", items)

    def _update(self) -> None:
        if row := self._version():
            latest = self.judges[self._tenant].latest(row["id"]).id
            self.call("update", latest, self.marks.content(), **self.marks.said())

    def _stale(self) -> None:
        if row := self._version():
            self.call("update", row["id"], self.marks.content())

    def _delete(self) -> None:
        row = self._version()
        if row is None:
            return
        chance = self.random.random()
        if chance < 0.7:
            previous = self.random.random() < 0.3
            self.call("delete", row["id"], delete_previous_versions=previous, **self._reason())
        elif chance < 0.85:
            self.call("delete_memory", row["chain_id"], **self._reason())
        elif chance < 0.95:
            self.call("prune", row["chain_id"], keep_last=1, **self._reason())
        else:
            self.call("delete_contact", row["contact_id"], **self._reason())

    def _restore(self) -> None:
        if deletions := self.judges[self._tenant].deletions():
            self.call("restore", self.random.choice(deletions), **self._reason())

    def _connect(self) -> None:
        one, other = self._version(), self._version()
        if one is None or other is None or one["chain_id"] == other["chain_id"]:
            return
        ends = (one["chain_id"], other["chain_id"])
        kind = self.random.choice(({}, {"kind": self.marks.one()}))
        self.call("connect", *ends, metadata=self.marks.metadata(), **kind)
        if self.random.random() < 0.3:
            self.call("connect", *ends, metadata=self.marks.metadata(), **kind)
        if self.random.random() < 0.3:
            self.call("disconnect", *ends, **kind)

    def _undone(self) -> None:
        with suppress(Undone), self.handles[self._tenant].transaction() as tx:
            for _ in range(3):
                tx.add(self.marks.one(), self.marks.content(), **self.marks.said())
            raise Undone

    def _block(self) -> None:
        """One revision, in which one memory is made, and one made and deleted."""
        judge = self.judges[self._tenant]
        draft, reason = judge.begin(), self._reason()
        with self.handles[self._tenant].transaction(**reason) as tx:
            for contact in self._contacts[self._tenant][:2]:
                made = self._call(tx, draft, "add", (contact, self.marks.content()), {})
            self._call(tx, draft, "delete", (made.id,), {})
        judge.commit(draft, **reason)


def _answer(handle: Any, name: str, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    try:
        return getattr(handle, name)(*args, **given)
    except (MemoryStoreError, Refused) as error:
        return named(error)


def _same(about: str, answer: Any, told: Any) -> None:
    shown, expected = plain(answer), plain(told)
    if shown != expected:
        raise Differs(f"{about}: {difference(shown, expected)}")
