"""Erasures amid churn, and every file searched afterwards from another process.

A store with two tenants is written to and fro: long and short texts, metadata, categories, session
ids, kinds, reasons and contact ids, each with markers of its own. Then a contact, or what was
deleted, is erased: with nobody about, with a reader or a writer in the way, with the process killed
in the midst, or in memory. A naive model says what must be gone and what must be there: every file
is searched for both, and all that can be read is compared, older states and the dump too.
"""

from contextlib import closing
from random import Random
from typing import Final

from versionchain import MemoryStoreError

from ..campaign import Campaign, Run
from .churn import Differs
from .faults import FAULTS
from .rounds import Round
from .search import Searcher

_KINDS: Final = ("reader", "memory", "writer", "kill", "alone")


def run(run: Run) -> None:
    """Rounds, one after another, each with a store of its own."""
    with closing(Searcher()) as searcher:
        while run.more():
            number = run.counts["rounds"] + 1
            seed, kind = f"{run.seed}/{number}", _KINDS[(number - 1) % len(_KINDS)]
            folder = run.folder / f"{number}"
            folder.mkdir()
            try:
                Round(run, searcher, folder, Random(seed), kind).live()
            except (Differs, MemoryStoreError) as error:
                run.found(f"round {seed}, {kind}: {error!r}")
            for file in folder.iterdir():
                file.unlink()
            run.count("rounds")
            run.count(f"rounds: {kind}")


CAMPAIGN: Final = Campaign(
    name="erasure",
    goal={
        "texts": 10_000,
        "markers sought": 300_000,
        "erasures": 500,
        "with a reader in the way": 100,
        "with a writer in the way": 50,
        "killed in the midst": 100,
    },
    promise=(
        "What was erased is in no file of the store, nor in its memory; where somebody is in the "
        "way, the call says so, and the next one ends it"
    ),
    run=run,
    faults=FAULTS,
    share=70,
    patience=600,
)
