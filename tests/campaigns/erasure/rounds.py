"""One store, and two erasures from it.

May live here: what happens around an erasure, and what must hold before it, in it and after it.
May not be known here: how the backends erase.
"""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import frozen

from versionchain import ErasureIncompleteError, MemoryStore, NotFoundError, StoreBusyError
from versionchain.testing.looking import plain

from ..campaign import Run
from .churn import TENANTS, Churned, Differs
from .others import killed, reading_here, reading_process, writing_process
from .search import Searcher, in_memory

_FAR: Final = datetime(2999, 1, 1, tzinfo=UTC)
_PAST: Final = datetime(1999, 1, 1, tzinfo=UTC)
_SHORT: Final = 0.05
"""Seconds to wait for somebody in the way."""


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise Differs(what)


@frozen
class Erasing:
    """One erasure: of a contact, or of what was deleted before a time.

    Attributes:
        tenant: whose.
        name: of the call.
        subject: the contact, or the time.
        reason: why.
    """

    tenant: str
    name: str
    subject: Any
    reason: str | None

    @property
    def given(self) -> dict[str, Any]:
        """What the call is given."""
        key = "contact_id" if self.name == "erase_contact" else "before"
        return {key: self.subject, "reason": self.reason}

    def call(self, churned: Churned, *, dry_run: bool = False) -> Any:
        """Makes the call on the store."""
        self.about_to(churned)
        return getattr(churned.handles[self.tenant], self.name)(**self.given, dry_run=dry_run)

    def about_to(self, churned: Churned) -> None:
        """Tells the judge the time at which the call is made."""
        churned.judges[self.tenant].now = churned.clock.now

    def judged(self, churned: Churned) -> Any:
        """What the last call must have answered, once it was made on the judge's side too."""
        judge = churned.judges[self.tenant]
        return judge.erase(self.name, self.given, churned.past(self.tenant))

    def committed(self, churned: Churned) -> bool:
        """Whether the store has a revision that the judge has not."""
        since = len(churned.judges[self.tenant].times())
        return bool(churned.handles[self.tenant].revisions(since=since).items)


class Round:
    """The life of one store, with two erasures.

    Args:
        run: counts.
        searcher: looks into files.
        folder: an empty one.
        random: its chances.
        kind: what happens around the erasures.
    """

    def __init__(
        self, run: Run, searcher: Searcher, folder: Path, random: Random, kind: str
    ) -> None:
        self._run = run
        self._searcher = searcher
        self._folder = folder
        self._random = random
        self._kind = kind
        self._path = folder / "agent.db"
        self._wait = _SHORT if kind in ("reader", "writer") else 30.0
        self._durability = random.choice(("normal", "normal", "full"))
        self._rehearsed = 0
        self._gone: set[str] = set()
        self._churned = Churned(random, self._opened)

    def live(self) -> None:
        """Churn, an erasure, less churn, another erasure, and a last look after reopening.

        Raises:
            Differs: something is not what it has to be.
        """
        around = {
            "alone": self._alone,
            "reader": self._reader,
            "writer": self._writer,
            "kill": self._kill,
            "memory": self._alone,
        }[self._kind]
        try:
            names = self._random.sample(("erase_contact", "erase_deleted"), 2)
            for times, name in zip((70, 30), names, strict=True):
                self._churned.churn(times)
                erasing = self._chosen(name)
                self._rehearse(erasing)
                around(erasing)
                self._after(erasing)
            if self._path.exists():
                self._reopen()
                self._search("after reopening")
                self._churned.compare()
        finally:
            self._churned.store.close()

    def _opened(self, **given: Any) -> MemoryStore:
        if self._kind == "memory":
            return MemoryStore(**given)
        return MemoryStore.open(
            self._path, durability=self._durability, busy_timeout=self._wait, **given
        )

    def _reopen(self) -> None:
        self._churned.store.close()
        self._churned.open()

    def _chosen(self, name: str) -> Erasing:
        tenant = self._random.choice((TENANTS[0], *TENANTS))
        judge = self._churned.judges[tenant]
        reason = self._random.choice((None, self._churned.marks.text()))
        if name == "erase_contact" and judge.known():
            return Erasing(tenant, name, self._churned.victim(tenant), reason)
        before = self._random.choice((_FAR, _FAR, self._random.choice(judge.times() or [_FAR])))
        return Erasing(tenant, "erase_deleted", before, reason)

    # What holds around every erasure.

    def _rehearse(self, erasing: Erasing) -> None:
        """A dry run says what would go and changes no byte. What must be there is found."""
        before = self._search("before an erasure")
        self._rehearsed = erasing.call(self._churned, dry_run=True).count
        _check(self._search("after a dry run") == before, "a dry run changed a file")

    def _judge(self, erasing: Erasing) -> Any:
        """Makes the erasure on the judge's side: from now on what it took must be gone."""
        told = erasing.judged(self._churned)
        _check(self._rehearsed == told.count, f"a dry run counted {self._rehearsed}, not {told}")
        self._run.count("texts", told.count)
        if told.revision is not None:
            self._run.count("erasures")
            _, self._gone = self._churned.due()
        return told

    def _search(self, when: str) -> dict[str, str]:
        """Everything that must be there is found in the files, and nothing that must be gone.

        Returns:
            What stands for the bytes of each file.
        """
        there, _ = self._churned.due()
        gone = self._gone - there  # a contact may have come back
        if self._kind == "memory":
            found = {mark: ["memory"] for mark in in_memory(self._churned.store, there | gone)}
            digests = {}
        else:
            found, digests = self._searcher.files(self._folder, there | gone)
            digests.pop(f"{self._path.name}-shm", None)  # who reads is written down there
        left = gone & found.keys()
        where = sorted({name for mark in left for name in found[mark]})
        _check(not left, f"{when}: {len(left)} erased markers in {where}")
        _check(there <= found.keys(), f"{when}: {len(there - found.keys())} markers are lost")
        self._run.count("markers sought", len(gone))
        return digests

    def _after(self, erasing: Erasing) -> None:
        """All that can be read is as it must be, and there is nothing more to erase."""
        self._churned.compare()
        try:
            again = erasing.call(self._churned)
        except NotFoundError:
            _check(erasing.name == "erase_contact", "what was deleted is not found")
        else:
            _check(erasing.name == "erase_deleted", "an erased contact was erased again")
            _check((again.revision, again.count) == (None, 0), f"again it answered {again}")

    # What happens around an erasure.

    def _alone(self, erasing: Erasing) -> None:
        self._done(erasing, erasing.call(self._churned))

    def _done(self, erasing: Erasing, answer: Any) -> None:
        """A call that came back: with the right answer, and at once no byte is left."""
        told = self._judge(erasing)
        _check(plain(answer) == plain(told), f"it answered {answer}, not {told}")
        self._search("after an erasure")

    def _unfinished(self, erasing: Erasing) -> None:
        """A call that said that bytes may remain: no read sees what it erased."""
        self._judge(erasing)
        self._churned.compare()

    def _finish(self, erasing: Erasing) -> None:
        """Another call, of this erasure or of any, after which no byte is left."""
        if self._random.random() < 0.3:
            self._reopen()
        if self._random.random() < 0.3:
            answer = self._churned.handles[TENANTS[1]].erase_deleted(before=_PAST)
        else:
            answer = erasing.call(self._churned)
        _check((answer.revision, answer.count) == (None, 0), f"a second call answered {answer}")
        self._search("after a second call")

    def _reader(self, erasing: Erasing) -> None:
        """With a reader in the way it says that bytes may remain; without, another call ends it."""
        reads = self._random.choice((reading_process, reading_here))
        with reads(self._path):
            self._churned.churn(self._random.randrange(3))
            self._rehearsed = erasing.call(self._churned, dry_run=True).count
            try:
                answer = erasing.call(self._churned)
            except ErasureIncompleteError:
                self._unfinished(erasing)
            else:
                self._done(erasing, answer)
                return
            self._run.count("with a reader in the way")
            if self._random.random() < 0.3:
                with suppress(ErasureIncompleteError):
                    erasing.call(self._churned)
                    raise Differs("a second call came back with the reader still there")
        self._finish(erasing)

    def _writer(self, erasing: Erasing) -> None:
        """With a writer before it, it does nothing; with one after it, it says what may remain."""
        before = bool(self._gone) and self._random.random() < 0.5
        with writing_process(self._path) as writer:
            if before:
                writer.write()
                with suppress(StoreBusyError):
                    erasing.call(self._churned)
                    raise Differs("it did not wait for a writer")
                self._run.count("with a writer before it")
                self._churned.compare()
            else:
                # The clock is asked while the rows are taken out: who queues then is next.
                self._churned.clock.meanwhile = writer.queue
                try:
                    answer = erasing.call(self._churned)
                except ErasureIncompleteError:
                    self._run.count("with a writer in the way")
                    self._unfinished(erasing)
                except StoreBusyError as error:
                    raise Differs("busy, and yet committed") from error
                else:
                    self._done(erasing, answer)
                    return
                finally:
                    self._churned.clock.meanwhile = None
        if before:
            self._alone(erasing)
        else:
            self._finish(erasing)

    def _kill(self, erasing: Erasing) -> None:
        """Killed in the midst, everything is there or nothing, and after another call nothing."""
        self._churned.store.close()
        erasing.about_to(self._churned)
        child = killed(self._churned, erasing.call, self._random)
        _check(child.killed or child.fine, f"a child said {child.said!r}")
        self._run.count("killed in the midst", child.killed)
        self._churned.open()
        if not erasing.committed(self._churned):
            self._alone(erasing)
            return
        self._run.count("killed after the commit", child.killed)
        self._unfinished(erasing)
        with suppress(NotFoundError):
            # A contact is not found where the killed call had come to its very end.
            self._finish(erasing)
        self._search("after a kill and another call")
