"""The program as it is installed: errors, exit codes, help, pipes, encodings, a missing extra."""

import json
import os
import pty
import subprocess
import sys

import click
import pytest

from versionchain import (
    CommitUnknownError,
    CorruptStoreError,
    DuplicateIdError,
    ErasureIncompleteError,
    InvalidInputError,
    MemoryStore,
    NotFoundError,
    ReadOnlyError,
    SchemaVersionError,
    StaleVersionError,
    StorageFullError,
    StoreBusyError,
    StoreClosedError,
    TransactionError,
)
from versionchain.cli import cli, main
from versionchain.cli.exits import Exit, Failure, failure

COMMANDS = ["tour", "ingest", "contacts", "list", "log", "delete", "restore", "verify"]


def program(*args, stdin=b"", **environment):
    """Runs the program in a process of its own; gives exit code, stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "versionchain.cli", *map(str, args)],
        input=stdin,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode()


def test_no_command_is_a_wish_for_help(run):
    """The commands in the order in which one meets them, and the exit codes."""
    shown = run().stdout
    assert shown == run("--help").stdout == run("-h").stdout
    at = [shown.index(f"\n  {name} ") for name in COMMANDS]
    assert at == sorted(at)
    for code in Exit:
        assert f"\n    {code:<3}  " in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does(run, name):
    """With an example, and the shape of its JSON."""
    shown = run(name, "--help").stdout
    assert "Example" in shown
    assert f"versionchain {name}" in shown
    assert "JSON" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_is_explained(name):
    """No option and no command is without words."""
    command = cli.commands[name]
    assert command.help
    assert command.short_help
    for option in command.params:
        assert isinstance(option, click.Argument) or option.help, option.name


def test_the_version(run):
    """Name and number."""
    assert run("--version").stdout == "versionchain 0.1.0\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["tuor"], "No such command 'tuor'."),
        (["--nope"], "No such option"),
        (["contacts"], "Missing option '--db' (env var: 'VERSIONCHAIN_DB')"),
        (["list", "--db", "x.db"], "Missing argument 'CONTACT'. See: versionchain list --help"),
        (["contacts", "--db", "x.db", "--limit", "0"], "'--limit'"),
        (["contacts", "--db", "x.db", "--nope"], "'--nope'"),
    ],
)
def test_a_command_line_that_is_not_understood(run, args, said):
    """One line, and where help is; with --json one document."""
    failed = run(*args, code=2)
    assert failed.stdout == ""
    assert failed.stderr.startswith("versionchain: ")
    assert said in failed.stderr
    assert failed.stderr.count("\n") == 1
    error = json.loads(run(*args, "--json", code=2).stderr)["error"]
    assert error["type"] == "UsageError"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFoundError("contact", "ada"), 3),
        (StaleVersionError("1"), 4),
        (DuplicateIdError("1"), 4),
        (InvalidInputError("limit", "must be an int"), 5),
        (StoreBusyError("busy"), 6),
        (StorageFullError("full"), 6),
        (CorruptStoreError("damaged"), 6),
        (SchemaVersionError(9, 1), 6),
        (ReadOnlyError("read only"), 6),
        (StoreClosedError(), 6),
        (CommitUnknownError("unknown"), 6),
        (ErasureIncompleteError("incomplete"), 6),
        (TransactionError("ended"), 6),
        (OSError("disk"), 6),
        (click.UsageError("what?"), 2),
        (click.Abort(), 130),
        (KeyboardInterrupt(), 130),
        (Failure(Exit.DECLINED, "Declined", "No."), 7),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_each_error_has_its_code(run, ask, moved, db, monkeypatch, error, code):
    """One line for a person, one document for a program, the same exit code."""
    assert failure(error).code == code

    def fail(self):
        raise error

    monkeypatch.setattr(MemoryStore, "verify", fail)
    failed = run("verify", "--db", db, code=code)
    assert failed.stdout == ""
    line = failed.stderr.lstrip("\n")
    assert line.startswith("versionchain: ")
    assert line.count("\n") == 1
    document = ask("verify", "--db", db, code=code)
    assert document["message"] == line.removeprefix("versionchain: ").rstrip("\n")


def test_a_stale_version_names_the_latest():
    """What a program needs to go on is in the document."""
    assert failure(StaleVersionError("abc")).facts == {"latest_id": "abc"}


def test_an_error_of_the_program_itself_is_not_hidden(moved, db, monkeypatch):
    """A bug shows where it is."""
    monkeypatch.setattr(MemoryStore, "verify", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["verify", "--db", str(db)])


def test_an_error_is_never_obeyed(run, db):
    """What was typed is shown with its escapes, in one line."""
    failed = run("log", "x\x1b[31m\ny", "--db", db, code=6)
    assert "\x1b" not in failed.stderr
    typed = run("verify", "--db", "no\x1b[31m\nsuch [bold]file", code=6).stderr
    assert "no\\x1b[31m such [bold]file" in typed


def test_the_group_can_be_a_part_of_another_program(db):
    """Without its own ending it raises, as click's groups do."""
    with pytest.raises(Failure) as raised:
        cli.main(["verify", "--db", str(db)], standalone_mode=False)
    assert raised.value.code is Exit.STORAGE
    assert str(raised.value) == raised.value.message


def test_main_reads_the_command_line_and_ends(monkeypatch, capsys):
    """It is what the installed program calls."""
    monkeypatch.setattr(sys, "argv", ["versionchain", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().out == "versionchain 0.1.0\n"


def test_as_a_process_of_its_own(tmp_path):
    """From a file of facts to a verified store, by exit codes and documents."""
    facts, db = tmp_path / "facts.jsonl", tmp_path / "agent.db"
    lines = [{"contact_id": "ada", "content": town, "key": "home"} for town in ("Bonn", "Zürich")]
    facts.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    code, out, err = program("ingest", facts, "--db", db)
    assert (code, err) == (0, "")
    assert "1 chain of 2 versions" in out
    code, out, _ = program("list", "ada", "--json", VERSIONCHAIN_DB=str(db))
    assert (code, json.loads(out)["items"][0]["content"]) == (0, "Zürich")
    id = json.loads(out)["items"][0]["id"]
    assert program("delete", id, "--db", db)[0] == 2
    assert program("delete", id, "--yes", "--db", db)[0] == 0
    assert program("delete", id, "--yes", "--db", db)[0] == 3
    assert program("restore", "2", "--db", db)[0] == 0
    assert program("verify", "--db", db)[0] == 0
    code, out, err = program("log", "f" * 32, "--db", db)
    assert (code, out, err.count("\n")) == (3, "", 1)


@pytest.mark.parametrize(
    ("encoding", "link"), [("utf-8", "v1 in Bonn ← v2"), ("ascii", "v1 in Bo~ <- v2")]
)
def test_any_encoding_of_the_terminal_will_do(encoding, link):
    """What it can't say is said in plainer signs, and nothing fails half-way."""
    code, out, err = program("tour", PYTHONIOENCODING=encoding)
    assert (code, err) == (0, "")
    assert link in out


def test_a_text_beyond_the_encoding_is_escaped(tmp_path):
    """A memory's own characters come as escapes then."""
    with MemoryStore.open(tmp_path / "agent.db") as store:
        store.add("ada", "Zürich, 東京")
        assert store.verify().ok
    code, out, err = program("list", "ada", "--db", tmp_path / "agent.db", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert "Z\\xfcrich, \\u6771\\u4eac" in out


@pytest.mark.parametrize("args", [["tour"], ["tour", "--json"], ["--help"]])
def test_a_reader_who_goes_away(args):
    """No traceback, and an exit code of its own."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "versionchain.cli", *args],
            stdout=gone,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(("colours", "styled"), [({"NO_COLOR": "1"}, False), ({}, True)])
def test_a_terminal_gets_colours_unless_told_otherwise(tmp_path, colours, styled):
    """NO_COLOR takes the colours away, and the drawing stays."""
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment |= {"TERM": "xterm-256color", "COLUMNS": "80", **colours}
    shown = in_terminal([sys.executable, "-m", "versionchain.cli", "tour"], environment)
    assert ("\x1b[1;32m" in shown) is styled
    assert "(latest)" in shown
    assert "✗2" in shown


def in_terminal(command, environment, typed=b""):
    """What a process writes to a terminal of its own, where `typed` is typed."""
    mine, its = pty.openpty()
    process = subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True
    )
    os.close(its)
    os.write(mine, typed)
    written = b""
    while True:
        try:
            chunk = os.read(mine, 65536)
        except OSError:
            break
        if not chunk:
            break
        written += chunk
    os.close(mine)
    process.wait()
    return written.decode()


@pytest.mark.parametrize(("typed", "left"), [(b"y\n", 3), (b"n\n", 4), (b"\x04", 4)])
def test_somebody_at_a_terminal_is_asked(moved, db, typed, left, sound):
    """A yes deletes, a no and the end of input do not."""
    command = [sys.executable, "-m", "versionchain.cli", "delete", moved[3].id, "--db", str(db)]
    shown = in_terminal(command, {**os.environ}, typed)
    assert "Delete 1 version? [y/N]" in shown
    with MemoryStore.open(db) as store:
        assert store.count("ada").versions == left
    assert sound()


BLOCKED = """
import sys
sys.modules[{name!r}] = None
sys.argv, sys.orig_argv = {argv!r}, {argv!r}
import versionchain
from versionchain.cli import main
"""


def blocked(name, *argv):
    return subprocess.run(
        [sys.executable, "-c", BLOCKED.format(name=name, argv=list(argv))],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["click", "rich"])
def test_a_missing_extra_names_the_line_that_installs_it(name):
    """As an ImportError to a program, as one line to who runs the command."""
    line = "The command line needs click and rich: python -m pip install 'versionchain[cli]'\n"
    imported = blocked(name, "other.py")
    assert imported.returncode == 1
    assert imported.stderr.endswith(f"\nImportError: {line}")
    for argv in (["/somewhere/bin/versionchain", "tour"], ["-m", "versionchain.cli", "tour"]):
        run = blocked(name, *argv)
        assert (run.returncode, run.stdout, run.stderr) == (1, "", f"versionchain: {line}")
