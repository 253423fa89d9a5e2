"""A tenant out and in again, and the whole file copied."""

import io

import pytest

from versionchain import MemoryStore

NASTY = "\x1b[31mred\u202e"


@pytest.fixture
def dump(moved, opened, facts, tmp_path):
    """A dump of two contacts, with a deletion and a connection."""
    with opened() as store:
        store.delete(moved[1].id, reason=NASTY)
        other = store.memories("grace").items[0]
        store.connect(moved[0].id, other.id)
    path = tmp_path / "dump.jsonl"
    path.write_bytes(facts())
    return path


COUNTS = {"contacts": 2, "revisions": 7, "chains": 2, "versions": 5, "connections": 1}
SAID = "2 contacts, 2 memories, 5 versions, 1 connection, 7 revisions.\n"


def test_out_and_in_again(run, ask, dump, db, tmp_path, facts, sound):
    """The copy holds the same facts, to the byte; the counts are said at the end."""
    before = facts()
    out, copy = tmp_path / "out.jsonl", tmp_path / "copy.db"
    assert run("export", out, "--db", db).stdout == f"Wrote {out}: {SAID}"
    assert out.read_bytes() == dump.read_bytes() == before
    assert run("import", out, "--db", copy).stdout == f"Read {out}: {SAID}"
    with MemoryStore.open(copy) as store:
        held = io.BytesIO()
        store.dump(held)
        assert held.getvalue() == before
        assert store.verify().ok
    assert facts() == before
    assert sound()


def test_both_as_json(ask, dump, db, tmp_path, sound):
    """The file and the counts."""
    out, copy = tmp_path / "out.jsonl", tmp_path / "copy.db"
    assert ask("export", out, "--db", db) == {"file": str(out), **COUNTS}
    assert ask("import", out, "--db", copy) == {"file": str(out), **COUNTS}
    assert sound()


def test_through_pipes(run, ask, dump, db, tmp_path):
    """A hyphen is stdout or stdin; what is said goes to stderr."""
    result = run("export", "-", "--db", db)
    assert result.stdout_bytes == dump.read_bytes()
    assert result.stderr == f"Wrote {SAID}"
    copy = tmp_path / "copy.db"
    assert ask("import", "-", "--db", copy, stdin=result.stdout_bytes) == {
        "file": "<stdin>",
        **COUNTS,
    }
    with MemoryStore.open(copy) as store:
        assert store.verify().ok


def test_stdout_holds_one_thing(ask, dump, db, facts):
    """The dump and a document don't go together; nothing changed."""
    before = facts()
    assert ask("export", "-", "--db", db, code=2)["type"] == "UsageError"
    assert facts() == before


def test_another_tenant_of_the_same_file(run, ask, dump, db, sound):
    """The tenant's name is not in the dump."""
    assert ask("import", dump, "--db", db, "--tenant", "acme")["versions"] == 5
    assert sound()
    assert sound("acme")


@pytest.mark.parametrize("command", ["export", "backup"])
def test_no_file_is_written_over(run, ask, dump, db, facts, command):
    """One line says so, and both files stay as they were."""
    before = facts(), dump.read_bytes()
    said = f"versionchain: {dump} is there already, and stays as it is: name a new one.\n"
    assert run(command, dump, "--db", db, code=4).stderr == said
    assert ask(command, dump, "--db", db, code=4)["type"] == "FileExistsError"
    assert (facts(), dump.read_bytes()) == before


@pytest.mark.parametrize("command", ["export", "backup"])
def test_a_folder_that_is_not_there(run, ask, dump, db, facts, tmp_path, command):
    """One line says so, and nothing is left behind."""
    before = facts()
    path = tmp_path / "no" / "file"
    assert ask(command, path, "--db", db, code=6)["type"] == "StorageError"
    assert run(command, path, "--db", db, code=6).stderr.count("\n") == 1
    assert not path.parent.exists()
    assert facts() == before


def test_only_an_empty_tenant_takes_it(run, ask, dump, db, facts, sound):
    """A second import is a conflict, and changes nothing."""
    before = facts()
    assert ask("import", dump, "--db", db, code=4)["type"] == "ConflictError"
    assert "Load into an empty one" in run("import", dump, "--db", db, code=4).stderr
    assert facts() == before
    assert sound()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda held: held[: len(held) // 2],
        lambda held: held.replace(b"in Rome", b"in Oslo", 1),
        lambda held: b"",
        lambda held: b'{"contact_id": "ada", "content": "Prefers tea"}\n',
    ],
    ids=["cut", "altered", "empty", "another format"],
)
def test_a_file_that_is_refused(run, ask, dump, db, facts, tmp_path, spoil):
    """It makes no database, and leaves one that is there as it was."""
    dump.write_bytes(spoil(dump.read_bytes()))
    copy = tmp_path / "copy.db"
    assert ask("import", dump, "--db", copy, code=5)["type"] == "InvalidInputError"
    assert not list(tmp_path.glob("copy.db*"))
    before = facts("acme")
    said = run("import", dump, "--db", db, "--tenant", "acme", code=5).stderr
    assert said.count("\n") == 1
    assert "in Oslo" not in said
    assert facts("acme") == before


def test_a_file_to_import_that_is_not_there(run, db, tmp_path):
    """The command line is not understood, and no database is made."""
    run("import", tmp_path / "no.jsonl", "--db", db, code=2)
    assert not db.exists()


def test_a_backup_is_a_database(run, ask, dump, db, tmp_path, facts, sound):
    """With all tenants, and as it was."""
    run("import", dump, "--db", db, "--tenant", "acme")
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    shown = run("backup", first, "--db", db).stdout
    assert shown == f"Copied to {first}: {first.stat().st_size:,} bytes.\n"
    answer = ask("backup", second, "--db", db)
    assert answer == {"file": str(second), "bytes": second.stat().st_size}
    for tenant in ("default", "acme"):
        with MemoryStore.open(first, tenant=tenant) as store:
            held = io.BytesIO()
            store.dump(held)
            assert held.getvalue() == facts(tenant)
            assert store.verify().ok
    assert sound()


def test_a_backup_needs_a_file(run, ask, dump, db, tmp_path, monkeypatch, facts):
    """It can't be written to stdout; nothing is, nor a file of that name."""
    monkeypatch.chdir(tmp_path)
    before = facts()
    assert ask("backup", "-", "--db", db, code=2)["type"] == "UsageError"
    assert "export writes to stdout" in run("backup", "-", "--db", db, code=2).stderr
    assert not (tmp_path / "-").exists()
    assert facts() == before


@pytest.mark.parametrize("command", ["export", "backup"])
def test_the_options_of_a_database(run, ask, dump, db, tmp_path, monkeypatch, command):
    """A name typed wrong makes neither file; the database may come from the environment."""
    out = tmp_path / "out"
    run(command, out, "--db", db.with_name("no.db"), code=6)
    assert not out.exists()
    assert not db.with_name("no.db").exists()
    monkeypatch.setenv("VERSIONCHAIN_DB", str(db))
    assert ask(command, out)["file"] == str(out)


def test_a_tenant_alone_goes_out(ask, dump, db, tmp_path):
    """An empty one is a dump too."""
    answer = ask("export", tmp_path / "out", "--db", db, "--tenant", "acme")
    assert (answer["versions"], answer["revisions"]) == (0, 0)


def test_no_name_is_obeyed(run, dump, db, tmp_path, sound):
    """A path with escapes in it reaches the terminal as text."""
    for args in (["export", tmp_path / NASTY], ["backup", tmp_path / f"{NASTY}2"]):
        for code in (0, 4):
            result = run(*args, "--db", db, code=code)
            assert not {"\x1b", "\u202e"} & set(result.stdout + result.stderr)
    shown = run("import", tmp_path / NASTY, "--db", tmp_path / "copy.db").stdout
    assert not {"\x1b", "\u202e"} & set(shown)
    assert sound()
