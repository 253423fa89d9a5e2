"""Completion in a shell: of contacts and ids, and the script that turns it on.

May live here: what is offered after the cursor, and which of it a shell may be given.
May not be known here: any other command.

What is offered is bounded, and an error offers nothing: whoever presses a key in the middle of a
line must never wait, nor read a message. Nothing is offered that a shell could read as more than a
word, since some shells put it on the line unquoted.
"""

# ruff: noqa: D301  (click reads the backspace in a docstring: "leave these lines as they are")

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import CompletionItem, get_completion_class

from ..errors import MemoryStoreError
from ..store import MemoryStore
from . import output
from .exits import Failure
from .options import json_option
from .screen import cut
from .shortids import normal, short

_OFFERED: Final = 50
_PAGES: Final = 5  # of a thousand contacts each
_WAIT: Final = 0.2
_HELP: Final = 60
_WORD: Final = re.compile(r"[\w@%+:,./][\w@%+=:,./-]*")

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
Offer = Callable[[MemoryStore, str], Iterator[CompletionItem]]


def _silent(offer: Offer) -> Complete:
    """A callback for click: up to fifty of what is offered, nothing where anything fails."""

    @wraps(offer)
    def complete(
        context: click.Context, parameter: click.Parameter, typed: str
    ) -> list[CompletionItem]:
        del parameter
        try:
            with _opened(context) as store:
                return list(islice(offer(store, typed), _OFFERED)) if store else []
        except (MemoryStoreError, Failure, OSError):
            return []

    return complete


@contextmanager
def _opened(context: click.Context) -> Iterator[MemoryStore | None]:
    """The store that the line names so far, or the environment; a name of none makes none."""
    named = context.params.get("db") or os.environ.get("VERSIONCHAIN_DB")
    path = None if named is None else Path(named)
    if path is None or not path.is_file() or not path.stat().st_size:
        yield None
        return
    tenant = context.params.get("tenant") or "default"
    with MemoryStore.open(path, tenant=tenant, busy_timeout=_WAIT) as store:
        yield store


@_silent
def complete_contact(store: MemoryStore, typed: str) -> Iterator[CompletionItem]:
    """The contacts whose ids begin with what is typed, of the first five thousand."""
    after = None
    for _ in range(_PAGES):
        page = store.contacts(limit=1000, after=after)
        for contact in page.items:
            if contact.startswith(typed) and _WORD.fullmatch(contact):
                yield CompletionItem(contact)
        after = page.next_cursor
        if after is None or page.items[-1][: len(typed)] > typed:
            return


@_silent
def complete_id(store: MemoryStore, typed: str) -> Iterator[CompletionItem]:
    """The ids of versions and memories that begin with what is typed, with what they are."""
    begun = normal(typed)
    for id in store.find_ids(begun, limit=_OFFERED):
        # What is put on the line has to begin as it was typed.
        value = short(store, id)
        value = typed + value[len(begun) :] if len(value) > len(begun) else typed
        if _WORD.fullmatch(value):
            yield CompletionItem(value, help=_help(store, id))


def _help(store: MemoryStore, id: str) -> str:
    versions = store.history(id, include_deleted=True)
    found = next((each for each in versions if each.id == id), None)
    if found is None:
        said = f"memory of {versions[0].contact_id}: {versions[-1].content}"
    else:
        gone = ", deleted" if found.deleted_revision is not None else ""
        said = f"v{found.number}{gone} of {found.contact_id}: {found.content}"
    return cut(said, _HELP).plain


@click.command(short_help="Completion for your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@json_option
@click.pass_context
def completion(context: click.Context, shell: str, as_json: bool) -> None:
    """Prints the script that lets SHELL complete commands, options, contacts, ids.

    \b
    To turn it on, put into ~/.bashrc, or ~/.zshrc with zsh for bash:
      eval "$(versionchain completion bash)"
    It is what click makes of this, which serves as well:
      _VERSIONCHAIN_COMPLETE=bash_source versionchain
    In fish: versionchain completion fish | source
    \b
    Contacts and ids come from the database that --db named before on the line,
    or else VERSIONCHAIN_DB: at most 50, contacts among the first 5,000, and
    none that a shell could take for more than a word.
    \b
    Example:
      versionchain completion bash
    \b
    JSON: {"shell", "script"}
    """
    made: Any = get_completion_class(shell)
    script = made(
        context.find_root().command, {}, "versionchain", "_VERSIONCHAIN_COMPLETE"
    ).source()
    if as_json:
        output.emit({"shell": shell, "script": script})
    else:
        click.echo(script)
