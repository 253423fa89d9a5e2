"""Facts taken in from a file: the first time, again, after a person's changes, and badly."""

import json

import pytest
from rich.console import Console

from versionchain import MemoryStore, StorageFullError, Transaction
from versionchain.cli import ingest as ingest_module
from versionchain.cli.facts import read
from versionchain.cli.loading import Loader, latest_of

TOWNS = ("in Bonn", "in Kiel", "in Rome")


def lines_of(*facts):
    return "".join(json.dumps(fact) + "\n" for fact in facts)


def fact(content, contact="ada", **more):
    return {"contact_id": contact, "content": content, **more}


@pytest.fixture
def path(tmp_path):
    """A file of six facts: a memory of three versions, two equal ones, another contact's."""
    facts = [fact(town, key="home") for town in TOWNS]
    facts += [fact("tea"), fact("tea"), fact("sails", "grace", categories=["hobby"])]
    path = tmp_path / "facts.jsonl"
    path.write_text(lines_of(*facts), encoding="utf-8")
    return path


def test_facts_come_in(run, path, db, opened, sound):
    """Keys become chains, equal lines two memories; the figures say so."""
    shown = run("ingest", path, "--db", db).stdout
    assert shown.splitlines()[1:] == [
        "  6  new versions",
        "  4  new memories",
        "  0  known already, skipped",
        "Now: 2 contacts, 4 memories, 6 versions; 1 chain of 3 versions.",
    ]
    assert shown.startswith("6 lines in 0.")
    with opened() as store:
        chains = [store.history(memory.id) for memory in store.memories("ada").items]
        assert [[v.content for v in chain] for chain in chains] == [["tea"], ["tea"], list(TOWNS)]
        assert store.memories("grace").items[0].categories == ("hobby",)
    assert sound()


def test_a_second_run_changes_nothing(ask, path, db, facts, sound):
    """Everything is known; not even a revision is made."""
    ask("ingest", path, "--db", db)
    before = facts()
    answer = ask("ingest", path, "--db", db)
    assert answer["new"] == {"memories": 0, "versions": 0}
    assert answer["skipped"] == 6
    assert answer["now"] == {"memories": 4, "versions": 6, "deleted": 0}
    assert facts() == before
    assert sound()


def test_the_figures_as_json(ask, path, db, sound):
    """One document with everything that a person is told."""
    answer = ask("ingest", path, "--db", db)
    seconds, rate = answer.pop("seconds"), answer.pop("lines_per_second")
    assert 0 < seconds < 60
    assert rate > 0
    assert answer == {
        "file": str(path),
        "lines": 6,
        "contacts": 2,
        "new": {"memories": 4, "versions": 6},
        "skipped": 0,
        "begun_again": 0,
        "bad": {"count": 0, "lines": []},
        "now": {"memories": 4, "versions": 6, "deleted": 0},
        "chains": {"count": 1, "shortest": 3, "longest": 3},
    }
    assert sound()


def test_every_field_reaches_the_store(run, tmp_path, db, opened, sound):
    """Also on an update, which inherits nothing."""
    path = tmp_path / "facts.jsonl"
    more = {
        "categories": ["taste"],
        "metadata": {"a": [1]},
        "session_id": "monday",
        "event_start": "2026-01-04T10:00:00Z",
        "event_end": "2026-01-04T11:00:00Z",
    }
    path.write_text(
        lines_of(fact("one", key="k"), fact("two", key="k", **more), fact("three", key="k")),
        encoding="utf-8",
    )
    run("ingest", path, "--db", db)
    with opened() as store:
        _, two, three = store.history(store.memories("ada").items[0].id)
    assert (two.categories, two.metadata, two.session_id) == (("taste",), {"a": [1]}, "monday")
    assert (two.event_start.hour, two.event_end.hour) == (10, 11)
    assert (three.categories, three.metadata, three.session_id) == ((), {}, None)
    assert (three.event_start, three.event_end) == (None, None)
    assert sound()


@pytest.mark.parametrize(("batch", "revisions"), [(1, 6), (4, 2), (500, 1)])
def test_a_batch_is_a_revision(run, path, db, opened, sound, batch, revisions):
    """Each is one transaction, by the actor and for the reason that were named."""
    run("ingest", path, "--db", db, "--batch", batch, "--actor", "importer", "--reason", "first")
    with opened() as store:
        made = store.revisions().items
    assert len(made) == revisions
    assert {(r.operation, r.actor, r.reason) for r in made} == {
        ("transaction", "importer", "first")
    }
    assert sound()


def test_stdin_is_a_file(ask, path, db, sound):
    """A hyphen reads it, and its lines are the same facts."""
    assert ask("ingest", "-", "--db", db, stdin=path.read_text("utf-8"))["new"]["versions"] == 6
    assert ask("ingest", path, "--db", db)["skipped"] == 6
    assert sound()


def test_an_empty_file_is_no_fact(run, tmp_path, db, sound):
    """Nothing comes in, and nothing is wrong."""
    path = tmp_path / "empty.jsonl"
    path.write_text("\n\n", encoding="utf-8")
    assert "Now: 0 contacts, 0 memories, 0 versions." in run("ingest", path, "--db", db).stdout
    assert sound()


def test_tenants_take_the_same_facts(ask, path, db, sound):
    """Ids are a tenant's own."""
    assert ask("ingest", path, "--db", db)["new"]["versions"] == 6
    assert ask("ingest", path, "--db", db, "--tenant", "acme")["new"]["versions"] == 6
    assert sound()
    assert sound("acme")


BAD = '{"contact_id": "ada", "content": " "}\n'


def test_a_bad_line_stops_it(run, ask, tmp_path, db, facts, opened, sound):
    """With its number; its batch is undone, those before stay, and that is said."""
    path = tmp_path / "facts.jsonl"
    path.write_text(lines_of(*(fact(f"fact {n}") for n in range(4))) + BAD, encoding="utf-8")
    failed = run("ingest", path, "--db", db, "--batch", 3, code=5)
    assert failed.stdout == ""
    assert failed.stderr == (
        f"versionchain: {path}:5: content must not be empty or blank. "
        "Its batch was undone; 3 lines before it are in.\n"
    )
    before = facts()
    with opened() as store:
        assert store.count("ada").versions == 3
    error = ask("ingest", path, "--db", db, "--batch", 3, code=5)
    assert (error["type"], error["line"], error["committed"]) == ("BadLineError", 5, 3)
    assert facts() == before
    path.write_text(path.read_text("utf-8").replace('" "', '"mended"'), encoding="utf-8")
    answer = ask("ingest", path, "--db", db)
    assert (answer["new"]["versions"], answer["skipped"]) == (2, 3)
    assert sound()


def test_a_file_that_begins_badly_makes_no_database(run, tmp_path, db):
    """So a wrong file leaves nothing behind."""
    path = tmp_path / "facts.jsonl"
    path.write_text(BAD, encoding="utf-8")
    assert "0 lines before it are in" in run("ingest", path, "--db", db, code=5).stderr
    assert not db.exists()


def test_bad_lines_can_be_skipped(run, ask, tmp_path, db, facts, sound):
    """They are counted and listed, a bounded number of them; everything else comes in."""
    path = tmp_path / "facts.jsonl"
    path.write_text(lines_of(fact("good")) + "[bold\x1b[31m\n" * 120, encoding="utf-8")
    shown = run("ingest", path, "--db", db, "--skip-bad").stdout.splitlines()
    assert shown[1:7] == [
        "    1  new version",
        "    1  new memory",
        "    0  known already, skipped",
        "  120  bad lines, left out",
        f"  {path}:2: line is not JSON: Expecting value (column 2)",
        f"  {path}:3: line is not JSON: Expecting value (column 2)",
    ]
    assert shown[-2:] == ["  and 100 more", "Now: 1 contact, 1 memory, 1 version."]
    before = facts()
    bad = ask("ingest", path, "--db", db, "--skip-bad")["bad"]
    assert bad["count"] == 120
    assert [each["line"] for each in bad["lines"]] == list(range(2, 102))
    assert facts() == before
    assert sound()


def test_one_bad_line_is_one(run, tmp_path, db, sound):
    """Words follow their number."""
    path = tmp_path / "facts.jsonl"
    path.write_text(BAD, encoding="utf-8")
    assert "1  bad line, left out" in run("ingest", path, "--db", db, "--skip-bad").stdout
    assert sound()


def test_what_was_deleted_stays_deleted(ask, run, path, db, opened, facts, sound):
    """A known fact is skipped, deleted or not."""
    run("ingest", path, "--db", db)
    with opened() as store:
        store.delete_contact("grace")
        store.delete(store.memories("ada").items[0].id)
    before = facts()
    answer = ask("ingest", path, "--db", db)
    assert (answer["skipped"], answer["now"]["deleted"]) == (6, 2)
    assert facts() == before
    assert sound()


def home_of(store):
    """The versions of the memory with the key "home", deleted ones too."""
    (id,) = (each.id for each in read([json.dumps(fact(TOWNS[0], key="home")).encode()]))
    return store.history(id, include_deleted=True)


def added(path, *more):
    path.write_text(path.read_text("utf-8") + lines_of(*more), encoding="utf-8")


def test_a_new_line_of_a_known_key_goes_on_its_memory(ask, run, path, db, opened, sound):
    """On the latest version, although a person has written that, or deleted the one before."""
    run("ingest", path, "--db", db)
    with opened() as store:
        latest = home_of(store)[-1]
        store.update(latest.id, "in Rome, a person says")
        store.delete(latest.id)
    added(path, fact("in Oslo", key="home"))
    answer = ask("ingest", path, "--db", db)
    assert (answer["new"], answer["begun_again"]) == ({"memories": 0, "versions": 1}, 0)
    with opened() as store:
        assert [v.content for v in home_of(store) if v.deleted_revision is None] == [
            *TOWNS[:2],
            "in Rome, a person says",
            "in Oslo",
        ]
    assert sound()


def test_a_new_line_of_an_ended_memory_begins_a_new_one(ask, run, path, db, opened, sound):
    """What was ended stays ended; further lines follow the new one, and all are known then."""
    run("ingest", path, "--db", db)
    with opened() as store:
        store.delete_memory(home_of(store)[0].id)
    added(path, fact("in Oslo", key="home"), fact("in Lima", key="home"))
    shown = run("ingest", path, "--db", db).stdout
    assert "1  begun again, since the one of its key had ended" in shown
    with opened() as store:
        assert all(version.deleted_revision is not None for version in home_of(store))
        assert [v.content for v in store.history(store.memories("ada").items[0].id)] == [
            "in Oslo",
            "in Lima",
        ]
    assert ask("ingest", path, "--db", db)["skipped"] == 8
    assert sound()


def test_erased_facts_are_new_again(ask, run, path, db, opened, sound):
    """An erased id is free, so the facts come in as if for the first time."""
    run("ingest", path, "--db", db)
    with opened() as store:
        store.erase_contact("ada")
    answer = ask("ingest", path, "--db", db)
    assert (answer["new"], answer["skipped"]) == ({"memories": 3, "versions": 5}, 1)
    assert sound()


def test_an_interrupted_run_keeps_whole_batches(run, path, db, opened, facts, monkeypatch, sound):
    """The batch at work is undone, and a second run goes on where it stopped."""
    updated = Transaction.update
    calls = iter([False, True])

    def update(self, *args, **options):
        if next(calls, False):
            raise KeyboardInterrupt
        return updated(self, *args, **options)

    monkeypatch.setattr(Transaction, "update", update)
    failed = run("ingest", path, "--db", db, "--batch", 2, code=130)
    assert failed.stderr == (
        "versionchain: Interrupted. Its batch was undone; 2 lines before it are in.\n"
    )
    with opened() as store:
        assert [v.content for v in home_of(store)] == list(TOWNS[:2])
    assert run("ingest", path, "--db", db).stdout.count("2  known already, skipped") == 1
    assert sound()


def test_a_full_disk_is_a_storage_error(ask, run, path, db, facts, monkeypatch, sound):
    """Its batch is undone, and what is in is said."""
    run("ingest", path, "--db", db)
    before = facts()
    added(path, fact("one more"))

    def add_many(self, items):
        raise StorageFullError("No space is left.", "SQLITE_FULL")

    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "add_many", add_many)
        error = ask("ingest", path, "--db", db, "--batch", 6, code=6)
    assert (error["type"], error["committed"]) == ("StorageFullError", 6)
    assert "6 lines before it are in" in error["message"]
    assert facts() == before
    assert sound()


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["missing.jsonl"], 2, "missing.jsonl"),
        (["facts.jsonl", "--batch", "0"], 2, "--batch"),
        (["facts.jsonl", "--actor", " "], 5, "actor must not be empty or blank"),
        (["facts.jsonl", "--reason", ""], 5, "reason must not be empty or blank"),
        (["facts.jsonl", "--tenant", ""], 5, "tenant must not be empty or blank"),
    ],
)
def test_what_may_not_come_in(run, path, db, opened, monkeypatch, args, code, said):
    """A wrong option or name is refused before anything is written."""
    monkeypatch.chdir(path.parent)
    assert said in run("ingest", *args, "--db", db, code=code).stderr
    with opened() as store:
        assert not store.revisions().items


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_for_terminals(run, path, db, monkeypatch, terminal, sound):
    """On stderr, if that is one; then there is nothing of it on stdout."""

    def made():
        return Console(stderr=True, force_terminal=terminal)

    monkeypatch.setattr(ingest_module, "error_console", made)
    result = run("ingest", path, "--db", db)
    assert ("6 lines" in result.stderr) is terminal
    assert "\x1b" not in result.stdout
    assert sound()


def test_the_size_of_a_stream_is_unknown():
    """A pipe has none, a file has its own."""
    with open(__file__, "rb") as file:  # noqa: PTH123
        assert ingest_module._size(file) == len(file.read())
    with open("/dev/null", "rb") as file:  # noqa: PTH123
        assert ingest_module._size(file) is None


def test_the_latest_of_a_memory():
    """Found from any of its versions, deleted ones too; None for what ended or was never there."""
    store = MemoryStore()
    one = store.add("ada", "in Bonn")
    two = store.update(one.id, "in Kiel")
    assert latest_of(store, one.id) == two.id
    store.delete(one.id)
    assert latest_of(store, one.id) == two.id
    store.delete(two.id)
    assert latest_of(store, one.id) is None
    assert latest_of(store, "00000000-0000-4000-8000-000000000000") is None
    assert store.verify().ok


def test_a_failed_batch_is_not_counted(monkeypatch):
    """Neither in the tally nor as the last version of a key, so the loader can go on."""
    store = MemoryStore()
    loader = Loader(store)
    found = list(read(json.dumps(fact(town, key="home")).encode() for town in TOWNS))
    loader.load(found[:1])
    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "find_ids", lambda self, id, limit: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            loader.load(found[1:])
    assert (loader.tally.lines, loader.tally.versions) == (1, 1)
    assert store.count("ada").versions == 1
    loader.load(found[1:])
    assert loader.lengths() == [3]
    assert store.verify().ok
