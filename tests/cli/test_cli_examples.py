"""Every example of every --help is run, as it is written there, so that none can drift."""

import re
import shlex
import shutil
from datetime import UTC, datetime, timedelta
from itertools import count

import click
import pytest
from click.testing import CliRunner

from versionchain import MemoryStore
from versionchain.cli import change, cli


def commands(group=cli, path=()):
    """Each command with the words that name it, groups too, and what is in them."""
    yield path, group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, (*path, name))


def lines_of(command):
    """The lines of a command's help that are command lines."""
    return re.findall(r"^ *(versionchain .+)$", command.help, re.MULTILINE)


# A command that runs until it is interrupted; tests/server/test_serve.py runs its examples.
ENDLESS = "serve"
FOUND = {
    line: None
    for _, command in commands()
    for line in lines_of(command)
    if shlex.split(line)[1] != ENDLESS
}
IDS = ("10000000", "0c2fd511", "2c51d0aa", "7f3a91c0", "20000000", "9d0e44b1", "30000000")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with all that an example names."""
    folder = tmp_path_factory.mktemp("examples")
    days = count()
    ids = iter(f"{start}-0000-4000-8000-000000000000" for start in IDS)
    with MemoryStore.open(
        folder / "agent.db",
        durability="normal",
        ids=lambda: next(ids),
        clock=lambda: datetime(2025, 12, 1, tzinfo=UTC) + timedelta(days=next(days)),
    ) as store:
        town = store.add("ada", "Lives in Bonn", categories=["taste"], session_id="monday")
        for text in ("Lives in Kiel", "Lives in Rome"):
            town = store.update(town.id, text)
        cup = store.add("ada", "Owns a cup")
        store.delete(store.update(cup.id, "Owns a jug").id)
        for kind in ("related", "drinks from"):
            store.connect(town.id, cup.id, kind=kind)
        store.dump(folder / "dump.jsonl")
    fact = '{"contact_id": "ada", "content": "Prefers tea"}\n'
    (folder / "facts.jsonl").write_text(fact, encoding="utf-8")
    (folder / "note.txt").write_text("Met Grace", encoding="utf-8")
    return folder


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    """Such a folder for one example, where somebody says yes."""
    for path in made.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(change, "is_interactive", lambda: True)
    return tmp_path


@pytest.mark.parametrize("line", FOUND)
def test_an_example_does_what_it_says(place, line):
    """It ends with 0, says something, and leaves a sound store; it is asked for no more."""
    words = shlex.split(line)[1:]
    said = "y\n"
    if "<" in words:
        said = (place / words[-1]).read_text("utf-8")
        words = words[: words.index("<")]
    if words[0] == "export":
        (place / "dump.jsonl").unlink()
    if words[0] == "erase-contact":
        said = f"{words[1]}\n"
    result = CliRunner().invoke(cli, words, input=said)
    assert result.exit_code == 0, (result.stdout, result.stderr)
    assert result.stdout
    with MemoryStore.open("agent.db") as store:
        assert store.verify().ok


@pytest.mark.parametrize(
    "command", [pytest.param(each, id=" ".join(path)) for path, each in commands() if path]
)
def test_each_command_has_an_example(command):
    """Under a heading of its own, with the command's own name in it."""
    _, _, examples = command.help.partition("Example")
    assert examples
    assert any(command.name in shlex.split(line.strip()) for line in lines_of(command))


@pytest.mark.parametrize(
    "command", [pytest.param(each, id=" ".join(path)) for path, each in commands() if path]
)
def test_each_command_speaks_json(command):
    """Each has the option, and says what its document is."""
    if command.name == ENDLESS:
        return
    if not isinstance(command, click.Group):
        assert "--json" in [name for each in command.params for name in each.opts]
    assert "JSON" in f"{command.help}{command.epilog}"
