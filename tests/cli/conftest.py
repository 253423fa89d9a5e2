"""What the tests of the command line share: running it, and looking at what it left."""

import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from click.testing import CliRunner

from versionchain import MemoryStore
from versionchain.cli import cli


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch):
    """The same terminal for every test: 80 columns, no colours, no database named."""
    for name in ("VERSIONCHAIN_DB", "FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def run():
    """Runs a command line; `code` is what it must end with."""

    def run(*args, code=0, stdin=None):
        result = CliRunner().invoke(cli, [str(arg) for arg in args], input=stdin)
        assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
        return result

    return run


@pytest.fixture
def ask(run):
    """Runs a command line with --json, and gives back its document."""

    def ask(*args, code=0, stdin=None):
        result = run(*args, "--json", code=code, stdin=stdin)
        if code in (0, 1):
            assert result.stderr == ""
            return json.loads(result.stdout)
        assert result.stdout == ""
        return json.loads(result.stderr)["error"]

    return ask


@pytest.fixture
def db(tmp_path):
    """Where a database is going to be."""
    return tmp_path / "agent.db"


def numbered_ids(first):
    """An id source whose ids differ in their first eight digits."""
    numbers = count(first)
    return lambda: f"{next(numbers):08x}-0000-4000-8000-000000000000"


@pytest.fixture
def opened(db):
    """Opens the store in that database; its ids begin 00000101, 00000102, …"""
    ids = numbered_ids(0x101)
    return lambda **options: MemoryStore.open(db, **{"ids": ids, **options})


@pytest.fixture(scope="session")
def moved_once(tmp_path_factory):
    """The file that `moved` copies, and the four versions in it."""
    path = tmp_path_factory.mktemp("moved") / "agent.db"
    with MemoryStore.open(path, ids=numbered_ids(1)) as store:
        versions = [store.add("ada", "in Bonn")]
        for town in ("in Kiel", "in Rome", "in Oslo"):
            versions.append(store.update(versions[-1].id, town))
        store.add("grace", "sails", categories=["hobby"])
    return path, versions


@pytest.fixture
def moved(moved_once, db):
    """A memory 00000001 of four versions, 00000002 to 00000005, and another contact's."""
    path, versions = moved_once
    shutil.copyfile(path, db)
    return versions


@pytest.fixture
def facts(db):
    """Everything that the database holds, to compare before and after."""

    def facts(tenant="default"):
        if not db.exists():
            return None
        with MemoryStore.open(db, tenant=tenant) as store:
            held = io.BytesIO()
            store.dump(held)
            return held.getvalue()

    return facts


@pytest.fixture
def sound(db):
    """Whether verify finds nothing; a test that wrote ends with it."""

    def sound(tenant="default"):
        with MemoryStore.open(db, tenant=tenant) as store:
            return store.verify().ok

    return sound


@pytest.fixture
def repeatable():
    """Makes a store in memory with ids 00000001…, and a minute between any two times."""

    def repeatable(**options):
        minutes = count()
        return MemoryStore(
            ids=numbered_ids(1),
            clock=lambda: datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=next(minutes)),
            **options,
        )

    return repeatable
