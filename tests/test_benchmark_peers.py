"""The peers of the benchmark give right answers, and are as durable as they say.

May live here: a small story for each workload, run on every peer that claims it. May not be known
here: time. A peer that is not installed has no test here.
"""

import os
import sqlite3
import sys
from contextlib import closing

import pytest
from benchmarks.peers import MODULES, peers
from benchmarks.subjects import ALL

from versionchain import NewMemory

PEERS = peers()
NEWEST_FIRST = {"ZODB FileStorage", "Continuum"}
JOURNALS = {"inspeximus": "delete"}
SYNCHRONOUS = {"normal": 1, "full": 2}
FACTS = {"categories": ("taste",), "metadata": {"cups": 2}, "session_id": "monday"}


def texts(records):
    return [record.content for record in records]


def chain(peer, length, contact_id="ada"):
    """A memory's versions, "1" to `length`."""
    records = [peer.add(contact_id, "1", **FACTS)]
    for number in range(2, length + 1):
        records.append(peer.update(records[-1].id, str(number)))
    return records


def add(peer, subject):
    first, second = peer.add("ada", "Prefers tea", **FACTS), peer.add("ben", "Sails")
    assert first.id != second.id
    assert texts([first, *peer.history(first.id)]) == ["Prefers tea"] * 2
    assert texts([second, *peer.history(second.id)]) == ["Sails"] * 2


def update(peer, subject):
    other = peer.add("ada", "Prefers tea", **FACTS)
    home = peer.add("ada", "Lives in Bonn", **FACTS)
    moved = peer.update(home.id, "Lives in Kiel")
    assert moved.id != home.id
    assert moved.content == "Lives in Kiel"
    assert texts(peer.history(moved.id)) == ["Lives in Bonn", "Lives in Kiel"]
    assert texts(peer.history(other.id)) == ["Prefers tea"]


def add_many(peer, subject):
    items = [NewMemory(name, f"Is {name}", **FACTS) for name in ("ada", "ben", "ada")]
    records = peer.add_many(items)
    assert texts(records) == [item.content for item in items]
    assert len({record.id for record in records}) == 3
    assert [texts(peer.history(record.id)) for record in records] == [
        [item.content] for item in items
    ]
    if "L1" in subject.workloads:
        assert len(peer.memories("ada").items) == 2


def latest(peer, subject):
    for record in chain(peer, 3):
        assert peer.latest(record.id).content == "3"


def history(peer, subject):
    last = chain(peer, 5)[-1]
    chain(peer, 2)
    found = peer.history(last.id)
    assert len(found) == 5
    assert texts(found) == ["1", "2", "3", "4", "5"]
    assert texts(found[1:3]) == ["2", "3"]
    assert found[-1].content == "5"


def listing(peer, subject):
    added = [peer.add("ada", f"Has {number}", **FACTS) for number in range(100)]
    peer.add("ben", "Sails")
    peer.update(added[0].id, "Had 0")
    found = peer.memories("ada", limit=100).items
    expected = ["Had 0", *(f"Has {number}" for number in range(1, 100))]
    assert len(found) == 100
    assert sorted(texts(found)) == sorted(expected)
    if subject.name in NEWEST_FIRST:
        assert texts(found) == expected[::-1]
    assert len(peer.memories("ada", limit=10).items) == 10
    assert len(peer.memories("cleo").items) == 0


def as_of(peer, subject):
    tea, home = peer.add("ada", "Prefers tea"), peer.add("ada", "Lives in Bonn")
    then = home.revision
    assert then == peer.newest()
    moved = peer.update(home.id, "Lives in Kiel")
    peer.add("ada", "Sails")
    peer.delete_contact("ada")
    assert texts(peer.at(then).memories("ada", limit=100).items) == ["Lives in Bonn", "Prefers tea"]
    assert texts(peer.at(tea.revision).memories("ada").items) == ["Prefers tea"]
    assert texts(peer.at(moved.revision).memories("ada").items) == ["Lives in Kiel", "Prefers tea"]
    assert len(peer.memories("ada").items) == 0


def delete_middle(peer, subject):
    first, middle, last = chain(peer, 3)
    peer.delete(middle.id)
    assert texts(peer.history(last.id)) == ["1", "3"]
    peer.delete(first.id)
    assert texts(peer.history(last.id)) == ["3"]
    assert peer.latest(last.id).content == "3"
    assert texts(peer.history(peer.update(last.id, "4").id)) == ["3", "4"]


def delete_previous(peer, subject):
    records = chain(peer, 10)
    peer.delete(records[6].id, delete_previous_versions=True)
    assert texts(peer.history(records[9].id)) == ["8", "9", "10"]
    peer.delete(records[8].id, delete_previous_versions=True)
    assert texts(peer.history(records[9].id)) == ["10"]
    assert peer.latest(records[9].id).content == "10"
    peer.delete(records[9].id, delete_previous_versions=True)
    with pytest.raises(KeyError):
        peer.latest(records[9].id)


def delete_contact(peer, subject):
    last, sails = chain(peer, 3)[-1], peer.add("ben", "Sails")
    peer.delete_contact("ada")
    assert len(peer.memories("ada").items) == 0
    with pytest.raises(KeyError):
        peer.latest(last.id)
    assert peer.latest(sails.id).content == "Sails"


def restore(peer, subject):
    last, tea = chain(peer, 3)[-1], peer.add("ada", "Prefers tea")
    gone = peer.delete_contact("ada")
    new = peer.add("ada", "Sails")
    peer.restore(gone.revision)
    assert sorted(texts(peer.memories("ada").items)) == ["3", "Prefers tea", "Sails"]
    assert [peer.latest(each.id).content for each in (last, tea, new)] == [
        "3",
        "Prefers tea",
        "Sails",
    ]
    assert texts(peer.history(last.id))[:3] == ["1", "2", "3"]


def mixed(peer, subject):
    first, second, third = chain(peer, 3)
    peer.delete(third.id)
    assert peer.latest(first.id).content == "2"
    assert texts(peer.history(first.id)) == ["1", "2"]
    peer.delete(first.id)
    assert texts(peer.history(second.id)) == ["2"]
    new = peer.update(second.id, "new")
    assert peer.latest(second.id).content == "new"
    peer.delete(second.id)
    peer.delete(new.id)
    with pytest.raises(KeyError):
        peer.latest(new.id)


STORIES = {
    "W1": add,
    "W2": update,
    "WB": add_many,
    "R1": latest,
    "R2": history,
    "L1": listing,
    "S1": as_of,
    "D1": delete_middle,
    "D2": delete_previous,
    "D3": delete_contact,
    "RS": restore,
    "M1": mixed,
}


@pytest.fixture
def settings(monkeypatch):
    """The journal and synchronous of every SQLite connection that was closed."""
    found = set()

    class Asked(sqlite3.Connection):
        def close(self):
            journal = self.execute("PRAGMA journal_mode").fetchone()[0]
            found.add((journal, self.execute("PRAGMA synchronous").fetchone()[0]))
            super().close()

    connect = sqlite3.connect

    def watched(*args, **options):
        return connect(*args, **{"factory": Asked, **options})

    monkeypatch.setattr(sqlite3, "connect", watched)
    monkeypatch.setattr(sqlite3.dbapi2, "connect", watched)
    return found


def label(subject):
    return f"{subject.name} {subject.medium} {subject.durability}".replace(" ", "-")


class TestInstalledPeer:
    """A class, so that nothing is collected where no peer is installed."""

    __test__ = bool(PEERS)

    @pytest.mark.parametrize(
        ("subject", "workload"),
        [
            pytest.param(subject, workload, id=f"{label(subject)}-{workload}")
            for subject in PEERS
            for workload in STORIES
            if workload in subject.workloads
        ],
    )
    def test_gives_the_right_answers(self, subject, workload, tmp_path):
        """What a peer claims it does, with the effect that the library's call has."""
        with closing(subject.open(tmp_path / "store")) as peer:
            STORIES[workload](peer, subject)

    @pytest.mark.parametrize("subject", PEERS, ids=label)
    def test_claims_only_workloads_and_names_its_release(self, subject):
        """The record of a peer is whole."""
        assert subject.kind == "peer"
        assert subject.workloads <= ALL == set(STORIES)
        assert subject.release.split()[-1][0].isdigit()

    @pytest.mark.parametrize("subject", PEERS, ids=label)
    def test_is_as_durable_as_it_says(self, subject, tmp_path, settings, monkeypatch):
        """Each real connection is asked; FileStorage's fsync is counted; memory leaves no file."""
        syncs = []
        if subject.medium == "file":
            monkeypatch.setattr(
                sys.modules["ZODB.FileStorage.FileStorage"],
                "fsync",
                lambda file: syncs.append(os.fsync(file)),
            )
        with closing(subject.open(tmp_path / "store")) as peer:
            opening = len(syncs)
            chain(peer, 3)
        if subject.medium == "sqlite":
            journal = JOURNALS.get(subject.name, "wal")
            assert settings == {(journal, SYNCHRONOUS[subject.durability])}
        elif subject.medium == "file":
            assert (subject.durability, len(syncs) - opening >= 3) == ("full", True)
        else:
            assert (subject.durability, list(tmp_path.iterdir())) == ("none", [])


def test_a_peer_that_is_not_installed_is_named_and_left_out(monkeypatch, capsys):
    """The others are measured all the same."""
    monkeypatch.setitem(sys.modules, "diskcache", None)
    monkeypatch.delitem(sys.modules, "benchmarks.peers.disk_cache", raising=False)
    found = peers()
    assert "Measured without diskcache: " in capsys.readouterr().err
    assert [s.name for s in found] == [s.name for s in PEERS if s.name != "diskcache"]


def test_no_peer_is_needed(monkeypatch, capsys):
    """Where none is installed there is none, and each is named."""
    for module in MODULES.values():
        monkeypatch.setitem(sys.modules, f"benchmarks.peers.{module}", None)
    assert peers() == []
    named = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in named] == [f"Measured without {p}" for p in MODULES]
