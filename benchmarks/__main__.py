"""The command: `python -m benchmarks run`, `growth`, `footprint`, `parts`, `plot`, `readme`.

May live here: options and what is printed. May not be known here: how anything is measured.
"""

from pathlib import Path

import click

from . import footprint, growth, parts, plot, readme, report, runs, targets
from .subjects import Subject, everybody, own
from .timing import CLOCKS
from .workloads import WORKLOADS

RESULTS = Path(__file__).with_name("results")
_QUICK = {"n": 200, "rounds": 3}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measures versionchain beside its floors and its peers."""


_into = click.option(
    "--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Keep the results here."
)
_seed = click.option("--seed", default=1, show_default=True, help="Where the data comes from.")
_folder = click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="On which disk the files lie; a disk in memory makes FULL meaningless.",
)


@main.command()
@click.option("--only", metavar="IDS", help="Only these workloads: W1,R1.")
@click.option("--subject", metavar="NAMES", help="Beside the library, only names with these parts.")
@click.option("--quick", is_flag=True, help="A minute for everything; the numbers say little.")
@click.option("-n", type=click.IntRange(20), help="How many versions the stores have. [10,000]")
@click.option("--rounds", type=click.IntRange(2), help="How many rounds are timed. [20]")
@click.option(
    "--clock",
    type=click.Choice(list(CLOCKS)),
    default="wall",
    show_default=True,
    help="cpu: what the process itself computed, on a machine that is not at rest.",
)
@_seed
@_folder
@_into
def run(
    only: str | None,
    subject: str | None,
    quick: bool,
    n: int | None,
    rounds: int | None,
    clock: str,
    seed: int,
    folder: Path | None,
    file: Path | None,
) -> None:
    """Times the workloads on everybody, in turns, and says what was reached.

    A ratio is the other's time over the library's in the same round, so above 1 the library is
    faster. Only equal durability is compared. "versionchain, again" is the library once more: how
    far its ratio is from 1 shows what can't be told apart.
    """
    ids = _ids(only)
    subjects = _named(everybody(), subject)
    scale = {"n": n or (_QUICK["n"] if quick else 10_000)}
    scale["rounds"] = rounds or (_QUICK["rounds"] if quick else 20)
    machine = runs.machine()
    rows = runs.run(
        subjects,
        ids,
        **scale,
        seed=seed,
        folder=folder,
        clock=CLOCKS[clock],
        say=runs.progress,
    )
    lengths = targets.judge_lengths(rows)
    found = targets.judge(rows) + lengths
    click.echo(report.described(machine))
    click.echo(f"n = {scale['n']:,}, {scale['rounds']} rounds, {clock} clock, seed {seed}\n")
    click.echo(report.table(rows) + "\n")
    if lengths:
        click.echo(report.verdicts(lengths) + "\n")
    for id in ids:
        click.echo(f"{id}: {WORKLOADS[id].title}")
    click.echo(f"Measured: {', '.join(dict.fromkeys(row.release for row in rows))}")
    short = [each for each in found if not each.reached]
    click.echo(f"\n{len(found) - len(short)} of {len(found)} targets reached")
    if file is not None:
        report.keep(
            file, machine=machine, clock=clock, **scale, seed=seed, rows=rows, verdicts=found
        )


def _numbers(_: object, __: object, value: str) -> tuple[int, ...]:
    """An option's list of numbers: "1000,10000"."""
    try:
        return tuple(int(each.replace("_", "")) for each in value.split(",") if each.strip())
    except ValueError:
        raise click.BadParameter("give numbers with commas between") from None


@main.command("growth")
@click.option(
    "--sizes",
    default=",".join(map(str, growth.SIZES)),
    show_default=True,
    callback=_numbers,
    help="How many memories the stores have.",
)
@click.option(
    "--lengths",
    default=",".join(map(str, growth.LENGTHS)),
    show_default=True,
    callback=_numbers,
    help="How many versions the chains have.",
)
@click.option(
    "--durability",
    "durabilities",
    type=click.Choice(runs.GROUPS),
    multiple=True,
    default=("none", "normal"),
    show_default=True,
    help="At which; give it once for each.",
)
@_seed
@_folder
@_into
def grow(
    sizes: tuple[int, ...],
    lengths: tuple[int, ...],
    durabilities: tuple[str, ...],
    seed: int,
    folder: Path | None,
    file: Path | None,
) -> None:
    """Times single operations in stores and chains of rising size."""
    subjects = [each for each in own() if each.durability in durabilities]
    machine = runs.machine()
    points = growth.run(subjects, sizes=sizes, lengths=lengths, seed=seed, folder=folder, say=_tell)
    found = targets.judge_growth(growth.factors(points))
    found += targets.judge_growth(growth.factors(points, "versions"))
    click.echo(report.described(machine) + "\n")
    click.echo(report.curves(points))
    click.echo("\n" + report.verdicts(found))
    if file is not None:
        report.keep(file, machine=machine, seed=seed, points=points, verdicts=found)


def _tell(point: growth.Point) -> None:
    click.echo(f"{point.operation} {point.durability} {point.subject} {point.size:,}", err=True)


@main.command("footprint")
@click.option(
    "-n", default=100_000, show_default=True, type=click.IntRange(200), help="How many versions."
)
@click.option(
    "--open-bytes",
    default=10**9,
    show_default=True,
    help="The size of the file that is opened cold; 0: none is.",
)
@_seed
@_folder
@_into
def measure(n: int, open_bytes: int, seed: int, folder: Path | None, file: Path | None) -> None:
    """Measures memory, disk, import time and opening."""
    machine = runs.machine()
    figures = footprint.run(n=n, open_bytes=open_bytes, seed=seed, folder=folder)
    seconds = next(each.value for each in figures if each.what == "import")
    found = targets.judge_footprint(footprint.ratios(figures), seconds, footprint.imported())
    click.echo(report.described(machine))
    click.echo(f"n = {n:,}, a file of {report.size(open_bytes)}, seed {seed}\n")
    click.echo(report.figures(figures))
    click.echo("\n" + report.verdicts(found))
    if file is not None:
        report.keep(
            file,
            machine=machine,
            n=n,
            open_bytes=open_bytes,
            seed=seed,
            figures=figures,
            verdicts=found,
        )


@main.command("parts")
@click.option("--only", metavar="IDS", default=",".join(parts.SHOWN), show_default=True)
@click.option("-n", default=10_000, show_default=True, type=click.IntRange(20))
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(2))
@_seed
@_folder
@_into
def take_apart(
    only: str, n: int, rounds: int, seed: int, folder: Path | None, file: Path | None
) -> None:
    """Says where a write's time goes, part by part, beside what the floor takes in all."""
    machine = runs.machine()
    found = parts.run(own(), _ids(only), n=n, rounds=rounds, seed=seed, folder=folder)
    click.echo(report.described(machine))
    click.echo(f"n = {n:,}, {rounds} rounds, seed {seed}\n")
    heads, *cells = report.parts(found)
    click.echo(report.lines(heads, cells))
    if file is not None:
        report.keep(file, machine=machine, n=n, rounds=rounds, seed=seed, parts=found)


@main.command("plot")
def draw() -> None:
    """Draws the bars of results/run.json and the curves of results/growth.json, as SVG."""
    drawn = []
    for name, draws in (("run.json", plot.bars), ("growth.json", plot.curves)):
        if (RESULTS / name).exists():
            drawn += draws(report.kept(RESULTS / name), RESULTS)
    for file in drawn:
        click.echo(file.name)
    if not drawn:
        raise click.ClickException("no results: first `python -m benchmarks run --json`")


@main.command("readme")
def write() -> None:
    """Writes the figures of results/*.json into the README."""
    readme.README.write_text(readme.in_readme(readme.figures(RESULTS)), encoding="utf-8")


def _ids(only: str | None) -> list[str]:
    if only is None:
        return list(WORKLOADS)
    ids = [each.strip().upper() for each in only.split(",")]
    if unknown := [each for each in ids if each not in WORKLOADS]:
        raise click.UsageError(
            f"no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}"
        )
    return ids


def _named(subjects: list[Subject], names: str | None) -> list[Subject]:
    if names is None:
        return subjects
    parts = [each.strip().lower() for each in names.split(",")]
    return [
        each
        for each in subjects
        if each.kind == "library" or any(part in each.name.lower() for part in parts)
    ]


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
