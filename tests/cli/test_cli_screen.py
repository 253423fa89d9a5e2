"""What reaches the terminal: safe texts, cut texts, tables, and the signs of a poor encoding."""

import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.console import Console
from rich.text import Text

from versionchain.cli.screen import (
    ASCII,
    UNICODE,
    Column,
    Drawing,
    cut,
    folded,
    many,
    one_line,
    safe,
    table,
    when,
)


def plain(lines):
    return [line.plain for line in lines]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Zürich, 東京, 🙂", "Zürich, 東京, 🙂"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b31m", "\\x9b31m"),
        ("bell\x07, delete\x7f", "bell\\x07, delete\\x7f"),
        ("a\rb", "a\\rb"),
        ("one\r\ntwo\nthree", "one\ntwo\nthree"),
        ("a\tb", "a    b"),
        ("\u202eback", "\\u202eback"),
        ("a\u2028b", "a\\u2028b"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("\ufeffmark", "\\ufeffmark"),
        ("family 👩\u200d👧", "family 👩\u200d👧"),
        ("no\u00a0break", "no\u00a0break"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
    ],
)
def test_nothing_that_a_terminal_obeys_is_left(text, shown):
    """Control characters and what turns or hides text are shown as escapes; the rest stays."""
    assert safe(text) == shown


def test_one_line_is_one_line():
    """Lines and runs of blanks become one blank each."""
    assert one_line("  first\n\n  second\tthird ") == "first second third"


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 10, "short"),
        ("exactly", 7, "exactly"),
        ("too long for it", 8, "too lon…"),
        ("东京东京东京", 7, "东京东…"),
        ("x" * 1000, 6, "xxxxx…"),
        (" " * 1000 + "late", 6, "late"),
        ("a b c d e f g h", 6, "a b c…"),
        ("\x1b]0;title\x07", 12, "\\x1b]0;titl…"),
    ],
)
def test_a_text_is_cut_to_its_width(text, width, shown):
    """Wide characters count twice, escapes as what is shown."""
    assert cut(text, width).plain == shown
    assert cut(text, width).cell_len <= width


def test_times_are_utc():
    """A time of another zone is shown in UTC."""
    kiel = timezone(timedelta(hours=2))
    assert when(datetime(2026, 6, 1, 1, 30, tzinfo=kiel)) == "2026-05-31 23:30"
    assert when(datetime(33, 4, 3, 12, tzinfo=UTC)) == "0033-04-03 12:00"


def test_words_follow_their_number():
    """One of something, many of another."""
    assert [many(n, "memory", "memories") for n in (0, 1, 2000)] == [
        "0 memories",
        "1 memory",
        "2,000 memories",
    ]


def test_a_table_has_columns_of_equal_width():
    """Numbers stand to the right, wide characters count twice, no line ends in blanks."""
    columns = [Column("n", right=True), Column("town"), Column("text")]
    rows = [["1", "東京", "a"], ["20", "Kiel", "long, and not cut"]]
    assert plain(table(columns, rows)) == [
        " n  town  text",
        " 1  東京  a",
        "20  Kiel  long, and not cut",
    ]


def test_a_table_without_titles_has_no_head():
    """Columns without a title leave the line of titles out."""
    assert plain(table([Column("", right=True), Column("")], [["1", "x"]])) == ["1  x"]


def test_a_text_is_folded_to_its_width():
    """Words are kept together, a long one is broken, lines stay lines."""
    console = Console(width=80)
    lines = plain(folded(console, "one two three\n\nabcdefghijklmnop", 9))
    assert lines == ["one two", "three", "", "abcdefghi", "jklmnop"]


@pytest.mark.parametrize(("encoding", "look"), [("utf-8", UNICODE), ("ascii", ASCII)])
def test_an_encoding_gets_the_signs_that_it_has(encoding, look):
    """A stream that can't say an arrow gets a plain one, and a cut text a plain end."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=stream, width=40)
    console.print(Drawing(lambda screen, width, look: [Text(f"{look.link}{width}…   ")]))
    stream.flush()
    shown = stream.buffer.getvalue().decode(encoding)
    assert shown == f"{look.link}40{'…' if look is UNICODE else '~'}\n"


def test_the_signs_between_versions_have_one_width():
    """So that drawings of one chain lie under each other."""
    for look in (UNICODE, ASCII):
        assert len({len(sign) for sign in (look.link, look.open, look.over, look.close)}) == 1
