"""The commands about connections: connect, disconnect, connections."""

import json
import shlex
import shutil
from io import StringIO

import pytest
from rich.console import Console

from versionchain import MemoryStore
from versionchain.cli.screen import ASCII
from versionchain.cli.ties import Tie, tie_drawing

TOWN, TEA, SHIP = "00000001", "00000006", "00000008"
IDS = "{}-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def three_once(tmp_path_factory):
    """The file that `three` copies, and the town's latest version."""
    path = tmp_path_factory.mktemp("three") / "agent.db"
    numbers = iter(range(1, 100))
    ids = lambda: IDS.format(f"{next(numbers):08x}")  # noqa: E731
    with MemoryStore.open(path, ids=ids) as store:
        town = store.add("ada", "in Bonn")
        for text in ("in Kiel", "in Rome", "in Oslo"):
            town = store.update(town.id, text)
        store.add("ada", "Prefers \x1b[31mtea")
        store.add("grace", "Sails a ship with a very long name that fills any line there is")
    return path, town


@pytest.fixture
def three(three_once, db):
    """A town and a drink of one contact, a ship of another."""
    path, town = three_once
    shutil.copyfile(path, db)
    return town


@pytest.fixture
def links(opened):
    """What a memory is connected with: source, target, kind, metadata."""

    def links(id=TOWN):
        with opened() as store:
            found = store.connections(IDS.format(id))
        return [(c.source_id[:8], c.target_id[:8], c.kind, c.metadata) for c in found]

    return links


def back(shown):
    """The command line that an answer says takes it back."""
    return shlex.split(shown.rpartition("Take it back: versionchain ")[2])


def test_connect_and_how_to_take_it_back(run, three, db, links, sound):
    """One line, with the command that disconnects."""
    shown = run("connect", TOWN, TEA, "--db", db).stdout
    assert shown == (
        "Connected as revision 7: 00000001 to 00000006, related. "
        "Take it back: versionchain disconnect 00000001 00000006\n"
    )
    assert links() == [(TOWN, TEA, "related", {})]
    run(*back(shown), "--db", db)
    assert links() == []
    assert sound()


def test_a_kind_and_metadata_come_back_too(run, three, db, links, sound):
    """The commands are as a shell reads them, whatever is in a kind or the metadata."""
    made = [(TOWN, TEA, 'it\'s "so"', {"a": ["\u202e", "it's"]})]
    options = ["--kind", made[0][2], "--metadata", json.dumps(made[0][3])]
    run("connect", "00000002", TEA, *options, "--db", db)
    assert links() == made
    shown = run("disconnect", TOWN, "00000007", "--kind", made[0][2], "--db", db).stdout
    assert links() == []
    assert shown.startswith('Disconnected 00000001 to 00000006, it\'s "so" as revision 8. ')
    run(*back(shown), "--db", db)
    assert links() == made
    assert sound()


def test_the_same_again_changes_nothing(run, ask, three, db, facts, sound):
    """It says so, and that is no failure."""
    options = ["--metadata", '{"a": 1}', "--db", db]
    run("connect", TOWN, TEA, *options)
    before = facts()
    shown = run("connect", TOWN, TEA, *options).stdout
    assert shown == "00000001 to 00000006, related is there already: nothing was changed.\n"
    assert ask("connect", TOWN, TEA, *options)["revision"] is None
    assert facts() == before
    assert sound()


def test_other_metadata_replaces(run, three, db, links, sound):
    """And the answer brings the former back."""
    run("connect", TOWN, TEA, "--metadata", '{"a": 1}', "--db", db)
    shown = run("connect", TOWN, TEA, "--db", db).stdout
    assert shown.startswith(
        "Replaced the metadata of 00000001 to 00000006, related, as revision 8. Take it back: "
    )
    assert links() == [(TOWN, TEA, "related", {})]
    run(*back(shown), "--db", db)
    assert links() == [(TOWN, TEA, "related", {"a": 1})]
    assert sound()


def test_as_json(ask, three, db, sound):
    """Each document holds the connection; a disconnect has a revision of its own."""
    made = ask("connect", TOWN, TEA, "--kind", "k", "--metadata", '{"a": 1}', "--db", db)
    assert made["revision"] == made["connection"]["revision"] == 7
    assert made["connection"].pop("created_at").endswith("Z")
    assert made["connection"] == {
        "source_id": three.chain_id,
        "target_id": "00000006-0000-4000-8000-000000000000",
        "kind": "k",
        "metadata": {"a": 1},
        "revision": 7,
    }
    gone = ask("disconnect", TOWN, TEA, "--kind", "k", "--db", db)
    assert gone["revision"] == 8
    assert gone["connection"]["revision"] == 7
    assert sound()


def test_a_disconnect_names_its_own_revision(ask, tied, db, opened, sound, monkeypatch):
    """Also where somebody else wrote at the same time."""
    disconnect = MemoryStore.disconnect

    def slow(self, *args, **options):
        with opened() as store:
            store.add("ada", "tea")
        return disconnect(self, *args, **options)

    monkeypatch.setattr(MemoryStore, "disconnect", slow)
    assert ask("disconnect", TOWN, TEA, "--db", db)["revision"] == 12
    assert sound()


def test_who_and_why_are_recorded(run, ask, three, db, opened, sound):
    """With a reason the change is a block, as the calls themselves take none."""
    run("connect", TOWN, TEA, "--actor", "me", "--db", db)
    run("disconnect", TOWN, TEA, "--actor", "me", "--db", db)
    options = ["--actor", "me", "--reason", "told so", "--db", db]
    assert ask("connect", TOWN, TEA, *options)["revision"] == 9
    assert ask("disconnect", TOWN, TEA, *options)["revision"] == 10
    with opened() as store:
        made = store.revisions(since=6).items
    assert [(r.operation, r.actor, r.reason) for r in made] == [
        ("connect", "me", None),
        ("disconnect", "me", None),
        ("transaction", "me", "told so"),
        ("transaction", "me", "told so"),
    ]
    assert sound()


@pytest.mark.parametrize(
    ("ends", "code", "said"),
    [
        ([TOWN, "0000000f"], 3, "There is no such memory or version here: 0000000f."),
        (["0000", TEA], 5, "Several ids begin with 0000"),
        ([TOWN, "tea"], 5, "'tea' is not an id"),
        (["00000003", TEA], 3, "v2 00000003 is deleted already."),
        ([TOWN, SHIP], 3, "The memory 00000008 has ended."),
        ([TOWN, TEA, "--kind", " "], 5, "kind"),
        ([TOWN, TEA, "--tenant", "acme"], 3, "There is no such memory or version here: 00000001."),
    ],
)
def test_what_can_not_be_connected(run, three, db, opened, facts, sound, ends, code, said):
    """Nor disconnected: one line, an exit code that tells why, nothing changed."""
    with opened() as store:
        store.delete("00000003-0000-4000-8000-000000000000")
        store.delete_contact("grace")
    before = facts()
    for command in ("connect", "disconnect"):
        failed = run(command, *ends, "--db", db, code=code).stderr
        assert failed.startswith(f"versionchain: {said}")
        assert failed.count("\n") == 1
    assert facts() == before
    assert sound()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([TOWN, "00000005"], 5, "target_id"),
        ([TOWN, TEA, "--reason", " "], 5, "reason"),
        ([TOWN, TEA, "--metadata", "x"], 2, "Invalid value for '--metadata': not JSON"),
        ([TOWN], 2, "Missing argument 'TARGET'."),
    ],
)
def test_a_connection_that_may_not_be(run, three, db, facts, sound, options, code, said):
    """To itself, with no object, to nothing: nothing is written."""
    before = facts()
    failed = run("connect", *options, "--db", db, code=code).stderr
    assert failed.startswith(f"versionchain: {said}")
    assert facts() == before
    assert sound()


def test_what_is_not_connected_is_not_found(run, ask, three, db, facts, sound):
    """The other direction, and another kind, are other connections."""
    run("connect", TOWN, TEA, "--db", db)
    before = facts()
    said = run("disconnect", TEA, TOWN, "--db", db, code=3).stderr
    assert said == (
        "versionchain: There is no connection 00000006 to 00000001, related. "
        "See: versionchain connections 00000006\n"
    )
    error = ask("disconnect", TOWN, TEA, "--kind", "k", "--db", db, code=3)
    assert error["type"] == "NotFoundError"
    assert facts() == before
    assert sound()


@pytest.fixture(scope="module")
def tied_once(three_once, tmp_path_factory):
    """The file that `tied` copies."""
    path = tmp_path_factory.mktemp("tied") / "agent.db"
    shutil.copyfile(three_once[0], path)
    town, tea, ship = map(IDS.format, (TOWN, TEA, SHIP))
    with MemoryStore.open(path) as store:
        store.connect(town, tea)
        store.connect(tea, town, kind="drinks in")
        store.connect(town, ship, kind="harbours", metadata={"\x1b": "\u202e"})
        store.connect(ship, town, kind="k" * 60)
    return path


@pytest.fixture
def tied(tied_once, db):
    """Four connections of the town, in both directions."""
    shutil.copyfile(tied_once, db)


def test_connections_in_a_table(run, tied, db, facts, sound):
    """Both directions, with the other memory's latest version; nothing changes."""
    before = facts()
    shown = run("connections", "00000003", "--db", db).stdout.splitlines()
    assert shown == [
        "ada: memory 00000001, 4 connections",
        "in Oslo",
        "",
        "   kind                  id        contact  text",
        "→  related               00000007  ada      Prefers \\x1b[31mtea",
        "→  harbours              00000009  grace    Sails a ship with a very long name…",
        '   {"\\u001b":"\\u202e"}',
        "←  drinks in             00000007  ada      Prefers \\x1b[31mtea",
        "←  kkkkkkkkkkkkkkkkkkk…  00000009  grace    Sails a ship with a very long name…",
    ]
    assert facts() == before
    assert sound()


def test_connections_in_a_narrow_terminal(run, tied, db, monkeypatch):
    """Two lines each, none too wide."""
    monkeypatch.setenv("COLUMNS", "40")
    shown = run("connections", TOWN, "--db", db).stdout.splitlines()
    assert shown[3:5] == ["→ 00000007  related", "  ada: Prefers \\x1b[31mtea"]
    assert len(shown) == 3 + 4 * 2 + 1
    assert max(map(len, shown)) <= 40


def test_connections_in_ascii():
    """Where a terminal has no arrows."""
    drawn = tie_drawing(
        [
            Tie(True, "related", "00000007", "ada", "tea", "{}"),
            Tie(False, "related", "00000007", "ada", "tea", "{}"),
        ]
    )
    for width in (80, 30):
        screen = Console(file=StringIO(), width=width)
        text = "\n".join(line.plain for line in drawn.draw(screen, width, ASCII))
        assert text.isascii()
        assert ("->" in text, "<-" in text) == (True, True)


def test_connections_of_a_kind_and_some_of_them(run, ask, tied, db, sound):
    """What is left out is counted."""
    shown = run("connections", TOWN, "--kind", "drinks in", "--db", db).stdout
    assert "1 connection\n" in shown
    shown = run("connections", TOWN, "--limit", "1", "--db", db).stdout
    assert shown.endswith("and 3 more: --limit 4 shows all\n")
    answer = ask("connections", TOWN, "--limit", "1", "--db", db)
    assert (answer["connections"], answer["left_out"], len(answer["items"])) == (4, 3, 1)
    assert sound()


def test_connections_as_json(ask, tied, three_once, db, sound):
    """Each with the whole latest version at its other end."""
    answer = ask("connections", TOWN, "--db", db)
    assert (answer["chain_id"], answer["contact_id"]) == (three_once[1].chain_id, "ada")
    assert (answer["connections"], answer["left_out"]) == (4, 0)
    assert [(each["kind"], each["other"]["contact_id"]) for each in answer["items"]] == [
        ("related", "ada"),
        ("harbours", "grace"),
        ("drinks in", "ada"),
        ("k" * 60, "grace"),
    ]
    assert sound()


def test_no_connections(run, three, db, sound):
    """One head, and nothing below it."""
    shown = run("connections", TOWN, "--db", db).stdout
    assert shown == "ada: memory 00000001, 0 connections\nin Oslo\n"
    assert sound()


def test_connections_hidden_and_back(run, tied, db, sound):
    """Those to a memory that ended come back with it; the past still shows them."""
    run("delete-contact", "grace", "--yes", "--db", db)
    assert "2 connections" in run("connections", TOWN, "--db", db).stdout
    assert "4 connections" in run("at", "10", "connections", TOWN, "--db", db).stdout
    run("restore", "11", "--db", db)
    assert "4 connections" in run("connections", TOWN, "--db", db).stdout
    assert sound()


@pytest.mark.parametrize(
    ("options", "code"),
    [(["0000000f"], 3), (["zz"], 5), ([TOWN, "--kind", ""], 5), ([TOWN, "--limit", "0"], 2)],
)
def test_connections_of_nothing(run, tied, db, facts, sound, options, code):
    """One line, and an exit code that tells why."""
    before = facts()
    assert run("connections", *options, "--db", db, code=code).stderr.count("\n") == 1
    assert facts() == before
    assert sound()


def test_a_file_that_is_not_there(run, db):
    """None of them makes one."""
    for command in (["connect", TOWN, TEA], ["disconnect", TOWN, TEA], ["connections", TOWN]):
        assert "There is no database" in run(*command, "--db", db, code=6).stderr
    assert not db.exists()


def test_a_hundred_are_shown(run, three, opened, db, sound):
    """Of more, unless --limit says otherwise."""
    with opened() as store, store.transaction() as block:
        for number in range(130):
            block.connect(three.id, "00000007-0000-4000-8000-000000000000", kind=f"k{number}")
    shown = run("connections", TOWN, "--db", db).stdout.splitlines()
    assert shown[-1] == "and 30 more: --limit 130 shows all"
    assert len(shown) == 3 + 1 + 100 + 1
    assert len(run("connections", TOWN, "--limit", "130", "--db", db).stdout.splitlines()) == 134
    assert sound()
