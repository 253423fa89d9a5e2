"""What a shell is offered, what it never is, and the script that turns it on."""

import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from versionchain import MemoryStore
from versionchain.cli import cli, completion


@pytest.fixture
def offered():
    """What a shell is offered after some words, for the last one; values and their help."""

    def offered(*words):
        *before, typed = map(str, words)
        shell = ShellComplete(cli, {}, "versionchain", "_VERSIONCHAIN_COMPLETE")
        return {item.value: item.help for item in shell.get_completions(before, typed)}

    return offered


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["list", ""], ["ada", "grace"]),
        (["list", "g"], ["grace"]),
        (["list", "x"], []),
        (["revisions", "--contact", "a"], ["ada"]),
        (["at", "3", "list", "a"], ["ada"]),
        (["show", "00000003"], ["00000003"]),
        (["log", "0000000"], [f"0000000{n}" for n in range(1, 8)]),
        (["diff", "00000003", "00000004"], ["00000004"]),
        (["at", "3", "show", "00000002"], ["00000002"]),
        (["show", "xyz"], []),
        (["show", ""], []),
        (["show", " 00000003"], []),
    ],
)
def test_contacts_and_ids_are_offered(offered, moved, db, monkeypatch, words, found, facts):
    """From the database in the environment, or the one named before; nothing changes."""
    before = facts()
    *command, typed = words
    where = command.index("--contact") if "--contact" in command else len(command)
    assert list(offered(*command[:where], "--db", db, *command[where:], typed)) == found
    assert list(offered(*command, typed)) == []
    monkeypatch.setenv("VERSIONCHAIN_DB", str(db))
    assert list(offered(*command, typed)) == found
    assert facts() == before


def test_an_id_says_what_it_is(offered, moved, db, opened, sound):
    """Shells that can show it say whose it is, and what it says."""
    with opened() as store:
        store.delete(moved[1].id)
    assert offered("show", "--db", db, "0000000") == {
        "00000001": "memory of ada: in Oslo",
        "00000002": "v1 of ada: in Bonn",
        "00000003": "v2, deleted of ada: in Kiel",
        "00000004": "v3 of ada: in Rome",
        "00000005": "v4 of ada: in Oslo",
        "00000006": "memory of grace: sails",
        "00000007": "v1 of grace: sails",
    }
    assert sound()


def test_an_id_goes_on_as_it_was_typed(offered, opened, db):
    """Upper case stays, and what is offered begins with what is there."""
    ids = iter([f"{start}-0000-4000-8000-000000000000" for start in ("abcdef01", "bbcdef01")])
    with opened(ids=lambda: next(ids)) as store:
        store.add("ada", "tea")
    assert list(offered("show", "--db", db, "ABC")) == ["ABCdef01"]
    assert list(offered("show", "--db", db, "abcdef01")) == ["abcdef01"]
    assert list(offered("show", "--db", db, "abcdef01-00")) == ["abcdef01-00"]


def test_a_tenant_is_one_of_its_own(offered, moved, db, opened):
    """Nothing of another tenant is offered."""
    with opened(tenant="acme") as store:
        store.add("eve", "x")
    assert list(offered("list", "--db", db, "--tenant", "acme", "")) == ["eve"]
    assert list(offered("list", "--db", db, "--tenant", " ", "")) == []


def test_it_is_bounded(offered, opened, db):
    """At most fifty are offered, however many there are."""
    with opened() as store, store.transaction() as tx:
        for n in range(120):
            tx.add(f"c{n:03}", "x")
    assert list(offered("list", "--db", db, "c")) == [f"c{n:03}" for n in range(50)]
    assert len(offered("show", "--db", db, "0000")) == 50
    assert list(offered("list", "--db", db, "c11")) == [f"c{n}" for n in range(110, 120)]


def test_only_so_many_contacts_are_looked_through(offered, opened, db, monkeypatch):
    """Whoever comes later in the order is not offered, so that nobody waits."""
    with opened() as store, store.transaction() as tx:
        for n in range(1002):
            tx.add(f"c{n:04}", "x")
    assert list(offered("list", "--db", db, "c1001")) == ["c1001"]
    monkeypatch.setattr(completion, "_PAGES", 1)
    assert list(offered("list", "--db", db, "c1001")) == []
    assert list(offered("list", "--db", db, "c0001")) == ["c0001"]


@pytest.mark.parametrize(
    "contact",
    [
        *("$(touch x)", "a b", "a;b", "a\nb", "a`b`", "'a", 'a"', "a&b", "a|b", "a>b", "a*"),
        *("-rf", "~", "!1", "a\\b", "a(b", "{a,b}", "#a", "\x1b[31ma", "a\u202eb", "=ls"),
    ],
)
def test_nothing_that_a_shell_would_read_is_offered(offered, opened, db, contact):
    """Some shells put it on the line unquoted: only plain words are offered."""
    with opened() as store:
        store.add(contact, "x")
        for plain in ("ada.byron@example.org", "+49/30:1", "Grüße"):
            store.add(plain, "x")
    assert list(offered("list", "--db", db, "")) == [
        "+49/30:1",
        "Grüße",
        "ada.byron@example.org",
    ]


def test_no_help_is_obeyed(offered, opened, db, sound):
    """What is told of an id is one safe line."""
    with opened() as store:
        id = store.add("a\x1b[31m\nb", "text\n\x1b[31m\u202e" + "long " * 100).id
    (said,) = offered("show", "--db", db, id).values()
    assert said.startswith("v1 of a\\x1b[31m b: text \\x1b[31m\\u202elong")
    assert len(said) <= 60
    assert sound()


def test_an_error_offers_nothing(offered, db, tmp_path, capfd, monkeypatch):
    """Neither a file that is not there, nor one that is no database, nor a failing read speaks."""
    assert offered("list", "--db", db, "a") == {}
    assert not db.exists()
    for held in ("", "a text"):
        db.write_text(held, encoding="utf-8")
        assert offered("list", "--db", db, "a") == {}
        assert db.read_text("utf-8") == held
    assert offered("list", "--db", tmp_path, "a") == {}
    db.unlink()
    with MemoryStore.open(db) as store:
        store.add("ada", "tea")
    assert list(offered("list", "--db", db, "a")) == ["ada"]

    def fails(*args, **options):
        raise PermissionError

    monkeypatch.setattr(MemoryStore, "contacts", fails)
    assert offered("list", "--db", db, "a") == {}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("shell", "sign"),
    [("bash", "complete -o"), ("zsh", "#compdef versionchain"), ("fish", "complete --no-files")],
)
def test_the_script(run, ask, shell, sign):
    """Of each shell, as click makes it."""
    script = run("completion", shell).stdout
    assert sign in script
    assert f"_VERSIONCHAIN_COMPLETE={shell}_complete" in script
    assert ask("completion", shell) == {"shell": shell, "script": script[:-1]}


def test_an_unknown_shell(run, ask):
    """One line names those that there are."""
    assert "'bash', 'zsh', 'fish'" in run("completion", "csh", code=2).stderr
    assert ask("completion", "csh", code=2)["type"] == "UsageError"


def test_as_a_shell_asks_for_it(moved, db, tmp_path):
    """The program answers to the variable that the script sets, and to that of the help."""
    program = [sys.executable, "-m", "versionchain.cli"]

    def asked(**environment):
        return subprocess.run(
            program,
            env={"PATH": "/usr/bin:/bin", "VERSIONCHAIN_DB": str(db), **environment},
            capture_output=True,
            text=True,
            timeout=20,
        )

    words = {"COMP_WORDS": "versionchain list a", "COMP_CWORD": "2"}
    answered = asked(_VERSIONCHAIN_COMPLETE="bash_complete", **words)
    assert (answered.returncode, answered.stdout, answered.stderr) == (0, "plain,ada\n", "")
    source = asked(_VERSIONCHAIN_COMPLETE="bash_source")
    assert "_VERSIONCHAIN_COMPLETE=bash_complete" in source.stdout
