"""The command: `python -m tests.campaigns NAME --seed N --seconds N`."""

import sys

import click

from . import results
from .campaign import Campaign
from .catalogue import NAMES, campaign


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Tries to break a store, and counts what was tried."""


def _command(name: str) -> click.Command:
    @click.option("--seed", default=1, show_default=True, help="Where its chances come from.")
    @click.option("--seconds", type=float, help="Begin nothing new after so many.")
    @click.option("--count", type=int, help="Begin nothing new after so many tries.")
    @click.option("--plant", metavar="FAULT", help="Plant this fault, and see it found.")
    @click.option("--record/--no-record", default=True, help="Write a line of results.")
    def command(
        seed: int, seconds: float | None, count: int | None, plant: str | None, record: bool
    ) -> None:
        which = campaign(name)
        if seconds is None and count is None:
            count = which.goal[which.unit]
        endless = float("inf")
        limits = {"seconds": seconds or endless, "limit": count or endless}
        click.echo(f"{name}: seed {seed}")
        if plant is not None:
            sys.exit(_planted(which, plant, seed))
        run = which.go(seed, **limits, tell=_say)
        counts = ", ".join(f"{number:,} {what}" for what, number in sorted(run.counts.items()))
        click.echo(f"{name}: {counts}, {len(run.findings)} found, {run.elapsed():.0f} s")
        if record:
            results.record(name, run)
        sys.exit(bool(run.findings))

    text = "See the module's docstring."
    return click.command(name, help=text)(command)


def _say(finding: str) -> None:
    click.echo(f"found: {finding}")


def _planted(which: Campaign, fault: str, seed: int) -> int:
    """Runs with a fault planted: success is to find it."""
    if fault not in which.faults:
        raise click.UsageError(f"{which.name} plants: {', '.join(map(repr, which.faults))}")
    with which.faults[fault]():
        run = which.go(seed, limit=which.patience, tell=_say)
    click.echo(f"{'caught' if run.findings else 'NOT caught'}: {fault}")
    return not run.findings


@main.command()
@click.option("--write", is_flag=True, help="Put it into the README.")
def table(write: bool) -> None:
    """Prints the README's table of promises, made from the recorded runs."""
    rows = results.table(map(campaign, NAMES))
    if write:
        results.README.write_text(results.in_readme(rows), encoding="utf-8")
    click.echo(rows)


for _name in NAMES:
    main.add_command(_command(_name))

if __name__ == "__main__":
    main(prog_name="python -m tests.campaigns")
