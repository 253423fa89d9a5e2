"""Chains as drawings: every outcome, narrow and wide, short and long, plain and coloured."""

import pytest
from rich.cells import cell_len
from rich.console import Console

from versionchain import MemoryStore, Outcome
from versionchain.cli.chainlog import ChainLog, deletions, spans
from versionchain.cli.draw import compared, sentence, strip


def chain(store, *texts, contact="ada"):
    """A memory with these texts; gives its versions' ids."""
    version = store.add(contact, texts[0])
    ids = [version.id]
    for text in texts[1:]:
        version = store.update(version.id, text)
        ids.append(version.id)
    return ids


def all_of(store, id):
    return store.history(id, include_deleted=True)


def drawn(what, width=80, **options):
    """What a drawing looks like in a terminal of that width, as lines."""
    console = Console(width=width, color_system=None, legacy_windows=False, **options)
    with console.capture() as captured:
        console.print(what)
    lines = captured.get().split("\n")[:-1]
    assert all(cell_len(line) <= width and line == line.rstrip() for line in lines), lines
    return lines


FOUR = ("Bonn", "Kiel", "Rome", "Oslo")


@pytest.mark.parametrize(
    ("cuts", "lines"),
    [
        ([], ["v1 Bonn ← v2 Kiel ← v3 Rome ← v4 Oslo (latest)"]),
        (
            [(3, False)],
            ["v1 Bonn ← v2 Kiel ← v3 Rome (latest)", "                              ✗4 Oslo"],
        ),
        (
            [(1, False)],
            ["v1 Bonn ←────────── v3 Rome ← v4 Oslo (latest)", "          ✗2 Kiel"],
        ),
        (
            [(1, True)],
            ["                    v3 Rome ← v4 Oslo (latest)", "✗1 Bonn   ✗2 Kiel"],
        ),
        (
            [(0, False)],
            ["          v2 Kiel ← v3 Rome ← v4 Oslo (latest)", "✗1 Bonn"],
        ),
        (
            [(1, False), (2, False)],
            ["v1 Bonn ←──────────────────── v4 Oslo (latest)", "          ✗2 Kiel   ✗3 Rome"],
        ),
        (
            [(3, True)],
            ["nothing left", "✗1 Bonn   ✗2 Kiel   ✗3 Rome   ✗4 Oslo"],
        ),
    ],
)
def test_a_chain_after_each_cut(cuts, lines):
    """What is deleted drops out of the line, and the line passes over it."""
    store = MemoryStore()
    ids = chain(store, *FOUR)
    for at, previous in cuts:
        store.delete(ids[at], delete_previous_versions=previous)
    assert drawn(strip("", all_of(store, ids[0]))) == lines
    assert store.verify().ok


def test_a_title_stands_before_the_line():
    """Under it the lines are indented alike."""
    store = MemoryStore()
    ids = chain(store, "a", "b")
    store.delete(ids[0])
    assert drawn(strip("after", all_of(store, ids[0]))) == [
        "after           v2 b (latest)",
        "         ✗1 a",
    ]


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_a_drawing_keeps_to_its_width(width):
    """It wraps between versions, and no line is wider than the terminal."""
    store = MemoryStore()
    ids = chain(store, *(f"A text that says {n}" for n in range(8)))
    store.delete(ids[3])
    store.delete(ids[7])
    lines = drawn(strip("after", all_of(store, ids[0])), width=width)
    told = "".join(lines)
    assert all(f"{'✗' if n in (4, 8) else 'v'}{n}" in told for n in range(1, 9))


def test_narrow_lines_go_on_with_the_link():
    """A link, also one over deleted versions, is seen on both sides of a break."""
    store = MemoryStore()
    ids = chain(store, *FOUR)
    store.delete(ids[1])
    assert drawn(strip("after", all_of(store, ids[0])), width=32) == [
        "after    v1 Bonn ←────────",
        "                   ✗2 Kiel",
        "         ── v3 Rome",
        "          ← v4 Oslo (latest)",
    ]


def test_a_long_chain_shows_what_tells():
    """Its ends, what changed and the neighbours; the rest is counted."""
    store = MemoryStore()
    ids = chain(store, *("x" for _ in range(3000)))
    before = all_of(store, ids[0])
    store.delete(ids[1499])
    after = all_of(store, ids[0])
    keep = compared(before, after)
    assert drawn(strip("", before, keep), width=100) == [
        "v1 x ← … 1,497 more ← v1499 x ← v1500 x ← v1501 x ← … 1,498 more ← v3000 x (latest)"
    ]
    assert drawn(strip("", after, keep), width=100) == [
        "v1 x ← … 1,497 more ← v1499 x ←────────── v1501 x ← … 1,498 more ← v3000 x (latest)",
        "                                ✗1500 x",
    ]


def test_a_long_deletion_is_counted():
    """Deleted versions in a row are counted too, the ends of the row are shown."""
    store = MemoryStore()
    ids = chain(store, *("x" for _ in range(30)))
    before = all_of(store, ids[0])
    store.delete(ids[19], delete_previous_versions=True)
    after = all_of(store, ids[0])
    assert drawn(strip("", after, compared(before, after))) == [
        "                           v21 x ← … 8 more ← v30 x (latest)",
        "✗1 x   ✗ 18 more   ✗20 x",
    ]


def test_equal_states_have_nothing_to_compare():
    """No number tells a chain from itself."""
    store = MemoryStore()
    ids = chain(store, *FOUR)
    assert compared(all_of(store, ids[0]), all_of(store, ids[0])) == frozenset()


def test_a_wide_text_is_cut():
    """A line of long texts shows as much of each as fits."""
    store = MemoryStore()
    ids = chain(store, "Lives in Bonn, on the left bank", "東京に住んでいる、とても長い文")
    assert drawn(strip("", all_of(store, ids[0])), width=48) == [
        "v1 Lives in Bonn,… ← v2 東京に住んでい… (latest)"
    ]


def test_a_deleted_text_is_struck_and_the_latest_stands_out():
    """With colours, style says it too."""
    store = MemoryStore()
    ids = chain(store, "a", "b")
    store.delete(ids[1])
    console = Console(width=80, force_terminal=True, color_system="standard", no_color=False)
    with console.capture() as captured:
        console.print(strip("", all_of(store, ids[0])))
    assert "\x1b[1;32mv1\x1b[0m" in captured.get()
    assert "\x1b[2;9mb\x1b[0m" in captured.get()


@pytest.mark.parametrize("text", ["\x1b[31mred", "[bold]x[/bold]", "two\nlines"])
def test_a_text_is_never_obeyed(text):
    """Neither escape sequences nor markup in a text do anything."""
    store = MemoryStore()
    ids = chain(store, text)
    names = {ids[0]: "v", store.get(ids[0]).chain_id: "c"}
    log = ChainLog(all_of(store, ids[0]), 1, names, {}, True).drawing()
    for what in (strip("", all_of(store, ids[0])), log):
        shown = "\n".join(drawn(what))
        assert "\x1b" not in shown
    assert "[bold]" in shown or "bold" not in text


@pytest.mark.parametrize(
    ("at", "previous", "outcome", "said"),
    [
        (1, False, Outcome.RELINKED, "v3 follows v1 now."),
        (3, False, Outcome.RESURRECTED, "v3 is the latest again."),
        (1, True, Outcome.ORPHANED, "v3 is the first now, nothing comes before it."),
        (3, True, Outcome.ENDED, "No version is left, the memory has ended."),
    ],
)
def test_each_outcome_has_its_sentence(at, previous, outcome, said):
    """One plain sentence, by the numbers of the versions."""
    store = MemoryStore()
    ids = chain(store, *FOUR)
    names = {version.id: f"v{version.number}" for version in all_of(store, ids[0])}
    (cut,) = store.delete(ids[at], delete_previous_versions=previous, dry_run=True).cuts
    assert (cut.outcome, sentence(cut, names)) == (outcome, said)


def log_of(store, id, *, shown=50, full=False):
    versions = all_of(store, id)
    names = {v.id: v.id[:8] for v in versions} | {versions[0].chain_id: versions[0].chain_id[:8]}
    revisions = {r.number: r for r in store.revisions(limit=1000).items}
    return ChainLog(versions, shown, names, revisions, full).drawing()


def test_a_log_shows_all_at_once(repeatable):
    """The latest, the deleted with revision, time, actor and reason, and what restores bring."""
    store = repeatable(actor="importer")
    ids = chain(store, *FOUR)
    store.delete(ids[1], reason="typed wrong")
    store.delete(ids[3])
    assert drawn(log_of(store, ids[0])) == [
        "Memory 00000001 of ada",
        "4 versions, 2 of them deleted. Newest first, times in UTC.",
        "",
        "  ✗ v4 deleted  00000005",
        "    Oslo",
        "    2026-01-05 09:03",
        "    deleted by revision 6, 2026-01-05 09:05, by importer",
        "",
        "● v3 latest  00000004",
        "│ Rome",
        "│ 2026-01-05 09:02",
        "│",
        "│ ✗ v2 deleted  00000003",
        "│   Kiel",
        "│   2026-01-05 09:01",
        "│   deleted by revision 5, 2026-01-05 09:04, by importer, because: typed wrong",
        "│",
        "○ v1  00000002",
        "  Bonn",
        "  2026-01-05 09:00",
        "",
        "versionchain restore 6",
        "  brings back v4:",
        "  v1 Bonn ←────────── v3 Rome ← v4 Oslo (latest)",
        "            ✗2 Kiel",
        "",
        "versionchain restore 5",
        "  brings back v2:",
        "  v1 Bonn ← v2 Kiel ← v3 Rome (latest)",
        "                                ✗4 Oslo",
    ]
    assert store.verify().ok


def test_a_log_of_a_memory_that_ended(repeatable):
    """It says so, and that the revision deleted more than is here."""
    store = repeatable()
    ids = chain(store, "Bonn", "Kiel")
    chain(store, "tea")
    store.delete_contact("ada", reason="asked to")
    lines = drawn(log_of(store, ids[0]))
    assert lines[1].startswith("2 versions, all deleted: the memory has ended.")
    assert lines[-2:] == [
        "  brings back v1 and v2 (revision 4 deleted 3 in all):",
        "  v1 Bonn ← v2 Kiel (latest)",
    ]
    assert not any("│" in line for line in lines)


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_log_keeps_to_its_width(repeatable, width):
    """Long words are broken, lines are wrapped beside the rail."""
    store = repeatable(actor="a" * 60)
    texts = ["Lives in Bonn, on the left bank of the Rhine", "http://" + "x" * 90, "short"]
    ids = chain(store, *texts, contact="c" * 70)
    store.delete(ids[1], reason="for a reason that is too long for a narrow terminal")
    lines = drawn(log_of(store, ids[0], full=True), width=width)
    at = next(i for i, line in enumerate(lines) if line.startswith("● v3 latest"))
    end = next(i for i, line in enumerate(lines) if line.startswith("○ v1"))
    assert all(line.startswith("│") for line in lines[at + 1 : end])


def test_a_long_text_is_cut_and_counted(repeatable):
    """Three lines of it, and its size; with full all of it."""
    store = repeatable()
    ids = chain(store, "word " * 100)
    cut = drawn(log_of(store, ids[0]), width=40)
    assert "  … 500 characters in all" in cut
    assert sum("word" in line for line in cut) == 3
    whole = drawn(log_of(store, ids[0], full=True), width=40)
    assert " ".join(whole).split().count("word") == 100


def test_a_text_of_few_lines_is_whole(repeatable):
    """Three lines are not cut, four are."""
    store = repeatable()
    three, four = chain(store, "a\nb\nc"), chain(store, "a\nb\nc\nd")
    assert not any("in all" in line for line in drawn(log_of(store, three[0])))
    assert any("7 characters in all" in line for line in drawn(log_of(store, four[0])))


def test_a_log_says_everything_of_a_version(repeatable):
    """Session, event, categories and metadata; long metadata whole only with full."""
    store = repeatable()
    id = store.add(
        "ada",
        "x",
        categories=["taste", "[bold]"],
        session_id="monday",
        metadata={"note": "n" * 80},
        event_start=store._settings.clock(),
        event_end=store._settings.clock(),
    ).id
    said = " ".join(" ".join(drawn(log_of(store, id))).split())
    assert "session monday · event 2026-01-05 09:00 · until 2026-01-05 09:01" in said
    assert "taste, [bold]" in said
    assert "n" * 80 not in said
    assert '{"note":"n' in said
    whole = "".join(line.strip() for line in drawn(log_of(store, id, full=True)))
    assert "n" * 80 in whole


def test_many_deletions_are_counted(repeatable):
    """Five restores are drawn, the others are counted."""
    store = repeatable()
    ids = chain(store, *map(str, range(9)))
    for id in ids[:8]:
        store.delete(id)
    lines = drawn(log_of(store, ids[0]))
    assert sum(line.startswith("versionchain restore") for line in lines) == 5
    assert lines[-1] == "… 3 older deletions"
    assert deletions(all_of(store, ids[0])) == list(range(17, 9, -1))


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([3], "v3"),
        ([3, 4], "v3 and v4"),
        ([1, 2, 3], "v1 to v3"),
        ([1, 3, 5], "v1, v3 and v5"),
        ([1, 2, 3, 7, 9, 10, 11, 12], "v1 to v3, v7 and v9 to v12"),
    ],
)
def test_numbers_are_said_in_few_words(numbers, said):
    """Runs are named by their ends."""
    assert spans(numbers) == said
