"""What happens around a store: forks, closing, disks, clocks, interrupts, the interpreter's end.

Each scene puts a store into one such place, with parameters of chance, and then looks: every text
that was acknowledged is there, nothing is in part, `verify` holds, every refusal is a typed error,
and the store, or another process, goes on.

May live here: which scene is next. May not be known here: what happens in one.
"""

import itertools
import shutil
from random import Random
from typing import Final

from ..campaign import Campaign, Run
from ..machine import pools
from .clock import clock_goes_back
from .closing import close
from .disk import full_disk, read_only
from .exits import exit_in_a_block
from .faults import FAULTS
from .forking import fork, fork_and_die, fork_and_outlive, fork_in_a_block
from .interrupts import interrupt
from .scene import Play, Scene

SCENES: Final[tuple[Play, ...]] = (
    fork_and_outlive,
    fork_in_a_block,
    fork_and_die,
    fork,
    close,
    full_disk,
    read_only,
    clock_goes_back,
    interrupt,
    exit_in_a_block,
)


def run(run: Run) -> None:
    """The scenes in turn, over and over."""
    calls = pools(run.seed, 20)
    for number, play in enumerate(itertools.cycle(SCENES)):
        if not run.more():
            break
        folder = run.folder / str(number)
        folder.mkdir()
        seed = f"{run.seed}/{number}"
        play(Scene(run, f"{play.__name__} {seed}", Random(seed), folder, calls))
        shutil.rmtree(folder)
        run.count(play.__name__.replace("_", " "))
        run.count("scenes")


CAMPAIGN: Final = Campaign(
    name="surroundings",
    goal={"scenes": 500},
    promise=(
        "A fork, a close under use, a full or read-only disk, a clock that goes back, a "
        "KeyboardInterrupt and an exit inside a block each end in a typed error or a right answer, "
        "and lose nothing"
    ),
    run=run,
    faults=FAULTS,
    share=len(SCENES),
    patience=6 * len(SCENES),
)
