"""The long run: `python -m versionchain.testing.machine --backend memory --seed 1`."""

import argparse
import sys
import time
import traceback

from .campaign import run
from .machines import Difference


def main() -> int:
    """Runs what the command line says; 1 where there was a difference."""
    parser = argparse.ArgumentParser(prog="python -m versionchain.testing.machine")
    parser.add_argument(
        "--backend",
        choices=("memory", "sqlite", "both"),
        default="memory",
        help="that backend against the model, or both side by side",
    )
    parser.add_argument("--steps", type=int, default=20_000, help="how many steps at least")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same run")
    given = parser.parse_args()
    began = time.monotonic()
    try:
        tally = run(given.backend, given.steps, given.seed)
    except Difference:
        traceback.print_exc()
        sys.stdout.write(f"backend {given.backend}, seed {given.seed}: 1 difference\n")
        return 1
    sys.stdout.write(
        f"backend {given.backend}, seed {given.seed}: {tally.steps} steps, {tally.calls} calls, "
        f"0 differences, {time.monotonic() - began:.0f} s\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
