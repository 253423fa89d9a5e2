"""The rules of a chain, as pure functions: append, cut, restore, and what is visible when."""

import copy
import pickle
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from versionchain import Connection, MemoryVersion, Outcome, Status, chain
from versionchain.chain import (
    INHERIT,
    Change,
    Draft,
    Edit,
    Marked,
    Node,
    Outline,
    Span,
    Stamp,
    append,
    bury,
    cut,
    gather,
    inherit,
    linked,
    mark_at,
    node,
    oldest,
    place,
    prunable,
    restore,
    visible,
)
from versionchain.facts import (
    ChainFacts,
    ConnectionFacts,
    VersionFacts,
    deleted,
    living,
    rewind,
    rewind_connection,
)

quick = settings(deadline=None, max_examples=200)
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def time_of(revision):
    return START + timedelta(days=revision)


def stamp_of(revision):
    return Stamp(revision, time_of(revision))


def node_of(number):
    """Version n of the worked examples: written by revision n."""
    return Node(f"v{number}", number, time_of(number), number, 0)


def version_of(number, **changed):
    version = MemoryVersion(
        id=f"v{number}",
        chain_id="c",
        contact_id="ada",
        number=number,
        content=f"Text {number}",
        categories=(),
        metadata_json="{}",
        session_id=None,
        event_start=None,
        event_end=None,
        created_at=time_of(number),
        revision=number,
    )
    return attrs.evolve(version, **changed)


def span_of(first, last, living):
    """The range of a chain of which these numbers live."""
    below = [number for number in living if number < first]
    above = [number for number in living if number > last]
    return Span(
        "c",
        "ada",
        first=first,
        last=last,
        count=len(living) - len(below) - len(above),
        left=node_of(below[-1]) if below else None,
        right=node_of(above[0]) if above else None,
        latest=node_of(living[-1]),
    )


def outline_of(*numbers):
    return Outline("c", "ada", tuple(map(node_of, numbers)))


FULL = Draft(
    content="Text",
    categories=("taste", "home"),
    metadata_json='{"a":1}',
    session_id="monday",
    event_start=time_of(-2),
    event_end=time_of(-1),
)
SILENT = Edit("Text")
EMPTY = Draft("Text", (), "{}", None, None, None)
FIELDS = ["categories", "metadata_json", "session_id", "event_start", "event_end"]


def appended(draft, previous=None, last_number=0, revision=5, ordinal=0):
    return append(
        draft,
        id="new",
        chain_id="c",
        contact_id="ada",
        previous=previous,
        last_number=last_number,
        stamp=stamp_of(revision),
        ordinal=ordinal,
    )


class TestAppend:
    """A version at the end of a chain, or a chain's first."""

    def test_a_new_chain_begins_with_number_1(self):
        """The first version says what the draft says and stands alone."""
        change = appended(FULL, ordinal=3)
        made = MemoryVersion(
            id="new",
            chain_id="c",
            contact_id="ada",
            number=1,
            content="Text",
            categories=("taste", "home"),
            metadata_json='{"a":1}',
            session_id="monday",
            event_start=time_of(-2),
            event_end=time_of(-1),
            created_at=time_of(5),
            revision=5,
        )
        head = Node("new", 1, time_of(5), 5, 3)
        assert change == Change("c", "ada", latest=head, insert=made)
        assert node(change.insert) == head
        assert change.insert.status is Status.CURRENT

    def test_what_a_draft_does_not_say_is_empty(self):
        """Without a version before it there is nothing to inherit."""
        assert Draft("Text") == EMPTY
        version = appended(EMPTY).insert
        assert [getattr(version, name) for name in FIELDS] == [(), "{}", None, None, None]

    def test_it_follows_the_latest(self):
        """The new version's link leads to the one before, and it is the latest."""
        change = appended(EMPTY, previous=version_of(3, previous_id="v2"), last_number=3)
        assert change.insert.previous_id == "v3"
        assert change.insert.next_id is None
        assert change.insert.superseded_at is None
        assert change.latest == node(change.insert) == Node("new", 4, time_of(5), 5, 0)

    @pytest.mark.parametrize("last_number", [3, 4, 17])
    def test_the_number_follows_the_highest_ever_used(self, last_number):
        """A number that was cut or erased never comes again, so a gap shows it."""
        change = appended(EMPTY, previous=version_of(3), last_number=last_number)
        assert change.insert.number == last_number + 1
        assert change.latest.number == last_number + 1

    @pytest.mark.parametrize("name", FIELDS)
    def test_a_field_that_is_left_out_is_inherited(self, name):
        """INHERIT takes the version's before; the other fields are the draft's."""
        before = version_of(1, **attrs.asdict(FULL, filter=lambda a, _: a.name in FIELDS))
        said = {each: getattr(EMPTY, each) for each in FIELDS if each != name}
        version = appended(inherit(Edit("Text", **said), before), previous=before).insert
        for each in FIELDS:
            source = before if each == name else EMPTY
            assert getattr(version, each) == getattr(source, each)

    @pytest.mark.parametrize("name", FIELDS)
    def test_a_field_that_is_given_is_not_inherited(self, name):
        """A value is taken, and an empty one clears: only INHERIT inherits."""
        before = version_of(1, **attrs.asdict(FULL, filter=lambda a, _: a.name in FIELDS))
        edit = attrs.evolve(SILENT, **{name: getattr(EMPTY, name)})
        version = appended(inherit(edit, before), previous=before).insert
        for each in FIELDS:
            source = EMPTY if each == name else before
            assert getattr(version, each) == getattr(source, each)

    def test_the_content_is_never_inherited(self):
        """An update says what the memory is from now on."""
        assert inherit(SILENT, attrs.evolve(version_of(1), content="Other")).content == "Text"

    def test_inherit_fills_in_what_the_edit_leaves_out(self):
        """An edit that inherits whole is the version before with another text."""
        before = version_of(1, **attrs.asdict(FULL, filter=lambda a, _: a.name in FIELDS))
        assert inherit(SILENT, before) == attrs.evolve(FULL, content="Text")
        assert inherit(Edit(*attrs.astuple(FULL, recurse=False)), version_of(1)) == FULL

    def test_inherit_is_one_value(self):
        """It shows itself by its name, and a copy of it is the same."""
        assert repr(INHERIT) == "INHERIT"
        assert copy.deepcopy(INHERIT) is INHERIT is pickle.loads(pickle.dumps(INHERIT))
        assert not isinstance(None, type(INHERIT))


CUTS = [
    # living, first, last, outcome, removed, left, right, latest afterwards
    ((1, 2, 3, 4), 4, 4, Outcome.RESURRECTED, 1, 3, None, 3),
    ((1, 2, 3, 4), 2, 2, Outcome.RELINKED, 1, 1, 3, 4),
    ((1, 2, 3, 4), 3, 3, Outcome.RELINKED, 1, 2, 4, 4),
    ((1, 2, 3, 4), 1, 2, Outcome.ORPHANED, 2, None, 3, 4),
    ((1, 2, 3, 4), 1, 1, Outcome.ORPHANED, 1, None, 2, 4),
    ((1, 2, 3, 4), 1, 3, Outcome.ORPHANED, 3, None, 4, 4),
    ((1, 2, 3, 4), 1, 4, Outcome.ENDED, 4, None, None, None),
    ((1,), 1, 1, Outcome.ENDED, 1, None, None, None),
    ((5,), 5, 5, Outcome.ENDED, 1, None, None, None),
    ((1, 2), 2, 2, Outcome.RESURRECTED, 1, 1, None, 1),
    ((1, 2), 1, 1, Outcome.ORPHANED, 1, None, 2, 2),
    ((1, 5, 9), 5, 5, Outcome.RELINKED, 1, 1, 9, 9),
    ((2, 5, 9, 12), 3, 9, Outcome.RELINKED, 2, 2, 12, 12),
    ((2, 5, 9, 12), 5, 12, Outcome.RESURRECTED, 3, 2, None, 2),
]


class TestCut:
    """A range out of a chain: the outcome follows from which sides are left."""

    @pytest.mark.parametrize(
        ("living", "first", "last", "outcome", "removed", "left", "right", "latest"), CUTS
    )
    def test_the_outcome_follows_from_the_sides(
        self, living, first, last, outcome, removed, left, right, latest
    ):
        """SPEC's table and its worked examples: what is said, what is marked, what leads."""
        span = span_of(first, last, living)
        change = cut(span)
        made = change.cut
        assert (made.chain_id, made.outcome, made.removed) == ("c", outcome, removed)
        assert made.left_id == (left and f"v{left}")
        assert made.right_id == (right and f"v{right}")
        assert made.latest_id == (latest and f"v{latest}")
        head = latest and node_of(latest)
        assert change == Change("c", "ada", latest=head, mark=span, cut=made)

    def test_it_looks_at_the_ends_alone(self):
        """A cut of a million versions is decided as fast as a cut of one."""
        span = Span("c", "ada", 2, 10**6, 10**6, node_of(1), None, node_of(10**6))
        assert cut(span).cut.removed == 10**6
        assert cut(span).latest == node_of(1)


class TestOldest:
    """The span from a chain's first living version on."""

    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_it_takes_the_oldest(self, count):
        """The range ends with the last one taken, whatever gaps lie in it."""
        numbers = (2, 3, 7, 9)
        span = oldest(outline_of(*numbers), count)
        assert span == span_of(2, numbers[count - 1], numbers)
        assert (span.left, span.right) == (None, node_of(numbers[count]))

    def test_it_may_take_all(self):
        """With all taken nothing is on the right, and the cut ends the chain."""
        span = oldest(outline_of(2, 3, 7), 3)
        assert span == Span("c", "ada", 2, 7, 3, None, None, node_of(7))
        assert cut(span).cut.outcome is Outcome.ENDED

    def test_it_may_take_the_only_one(self):
        """A chain of one version is taken whole."""
        assert oldest(outline_of(4), 1) == Span("c", "ada", 4, 4, 1, None, None, node_of(4))


class TestPrunable:
    """How many of the oldest a prune takes. Version n was written on day n."""

    @pytest.mark.parametrize(
        ("keep_last", "taken"), [(1, 3), (2, 2), (3, 1), (4, 0), (5, 0), (1000, 0)]
    )
    def test_keep_last_keeps_that_many(self, keep_last, taken):
        """As many as were asked for stay, the latest always."""
        assert prunable(outline_of(1, 2, 3, 4), keep_last, None) == taken

    @pytest.mark.parametrize(
        ("day", "taken"), [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (99, 3)]
    )
    def test_before_is_against_the_time_of_being_superseded(self, day, taken):
        """A version goes if the next one was written earlier than the bound, not at it."""
        assert prunable(outline_of(1, 2, 3, 4), None, time_of(day)) == taken

    def test_superseded_at_the_bound_stays(self):
        """A microsecond decides."""
        bound = time_of(2)
        step = timedelta(microseconds=1)
        assert prunable(outline_of(1, 2), None, bound) == 0
        assert prunable(outline_of(1, 2), None, bound + step) == 1
        assert prunable(outline_of(1, 2), None, bound - step) == 0

    @pytest.mark.parametrize(
        ("keep_last", "day", "taken"),
        [(1, 3, 1), (3, 99, 1), (2, 4, 2), (1, 99, 3), (4, 99, 0), (1, 0, 0)],
    )
    def test_with_both_bounds_both_must_allow(self, keep_last, day, taken):
        """The stricter of the two decides."""
        assert prunable(outline_of(1, 2, 3, 4), keep_last, time_of(day)) == taken

    @pytest.mark.parametrize("keep_last", [None, 1, 2])
    @pytest.mark.parametrize("before", [None, time_of(99)])
    def test_the_latest_never_goes(self, keep_last, before):
        """A chain of one version is never pruned."""
        assert prunable(outline_of(7), keep_last, before) == 0

    @quick
    @given(
        st.lists(st.integers(0, 9), min_size=1, max_size=8).map(sorted),
        st.none() | st.integers(1, 9),
        st.none() | st.integers(0, 10),
    )
    @example(days=[1, 1, 1], keep_last=None, day=1)
    def test_it_agrees_with_one_version_at_a_time(self, days, keep_last, day):
        """What a naive look at each version allows is what a prune takes."""
        nodes = tuple(Node(f"v{i}", i + 1, time_of(at), i, 0) for i, at in enumerate(days))
        before = None if day is None else time_of(day)
        taken = 0
        for i in range(len(days) - 1):
            stays = keep_last is not None and i >= len(days) - keep_last
            too_new = day is not None and not days[i + 1] < day
            if stays or too_new:
                break
            taken += 1
        assert prunable(Outline("c", "ada", nodes), keep_last, before) == taken


def marked_of(latest, *numbers):
    return Marked("c", "ada", latest and node_of(latest), tuple(map(node_of, numbers)))


class TestRestore:
    """Versions back into their places."""

    @pytest.mark.parametrize(
        ("latest", "numbers", "after", "revives"),
        [
            (4, (2,), 4, False),
            (4, (1, 2), 4, False),
            (3, (4,), 4, False),
            (3, (2, 4), 4, False),
            (5, (4,), 5, False),
            (None, (1,), 1, True),
            (None, (1, 2, 4), 4, True),
        ],
        ids=["middle", "front", "end", "both", "before a newer one", "alone", "an ended chain"],
    )
    def test_the_latest_is_the_highest_number(self, latest, numbers, after, revives):
        """Whoever has the highest number leads, whether it stayed or came back."""
        marked = marked_of(latest, *numbers)
        assert restore(marked, 7, stamp_of(9)) == Change(
            "c",
            "ada",
            latest=node_of(after),
            unmark=marked.nodes,
            marked_by=7,
            absence=(7, 9),
            revives=revives,
        )

    def test_within_one_revision_there_was_no_absence(self):
        """What one block deleted and brought back was never away for anybody."""
        change = restore(marked_of(3, 4), 9, stamp_of(9))
        assert change.absence is None
        assert change.marked_by == 9
        assert change.unmark == (node_of(4),)

    @pytest.mark.parametrize("latest", [None, version_of(9, ordinal=4)])
    def test_what_comes_back_is_gathered_by_number(self, latest):
        """However a backend finds the marked ones, the rules get them in order."""
        marked = gather(iter([version_of(3), version_of(1), version_of(2)]), latest)
        head = latest and Node("v9", 9, time_of(9), 9, 4)
        assert marked == Marked("c", "ada", head, (node_of(1), node_of(2), node_of(3)))


class TestVisible:
    """Whether a version is in its chain as of a revision."""

    @pytest.mark.parametrize(
        ("deleted", "absences", "marks"),
        [
            (None, (), [None] * 9),
            (2, (), [None, None, 2, 2, 2, 2, 2, 2, 2]),
            (None, ((3, 5),), [None, None, None, 3, 3, None, None, None, None]),
            (7, ((3, 5),), [None, None, None, 3, 3, None, None, 7, 7]),
            (5, ((3, 5),), [None, None, None, 3, 3, 5, 5, 5, 5]),
            (8, ((2, 3), (4, 6)), [None, None, 2, None, 4, 4, None, None, 8]),
            (None, ((2, 3), (3, 4)), [None, None, 2, 3, None, None, None, None, None]),
        ],
    )
    def test_the_mark_of_each_revision(self, deleted, absences, marks):
        """A deletion holds from its own revision until the one that lifts it."""
        assert [mark_at(at, deleted, absences) for at in range(9)] == marks
        seen = [visible(at, 1, deleted, absences) for at in range(9)]
        assert seen == [at >= 1 and mark is None for at, mark in enumerate(marks)]

    def test_absences_may_be_left_out(self):
        """A version that was never restored has none."""
        assert mark_at(3, 3) == 3
        assert mark_at(3, None) is None
        assert visible(3, 3, None)
        assert not visible(3, 3, 3)

    @pytest.mark.parametrize(("at", "seen"), [(0, False), (3, False), (4, True), (5, True)])
    def test_it_begins_with_its_creation(self, at, seen):
        """A version is visible as of the revision that made it, and not before."""
        assert visible(at, 4, None) is seen

    @quick
    @given(
        st.integers(1, 5),
        st.lists(st.sampled_from(["mark", "unmark", "nothing"]), max_size=12),
    )
    def test_it_agrees_with_a_simulation(self, created, events):
        """Marking and unmarking by one revision after another, and remembering each state."""
        deleted, absences, states = None, [], [False] * created
        states.append(True)
        for revision, event in enumerate(events, created + 1):
            if event == "mark" and deleted is None:
                deleted = revision
            elif event == "unmark" and deleted is not None:
                absences.append((deleted, revision))
                deleted = None
            states.append(deleted is None)
        assert [visible(at, created, deleted, absences) for at in range(len(states))] == states


class TestPlaces:
    """What a version's record says of its neighbours."""

    def test_place_makes_the_links(self):
        """Between two neighbours it names both, and was superseded when the next was written."""
        placed = place(version_of(2), version_of(1), version_of(3))
        assert placed == version_of(2, previous_id="v1", next_id="v3", superseded_at=time_of(3))
        assert placed.status is Status.SUPERSEDED

    def test_place_takes_nodes_as_well(self):
        """A neighbour's place is enough, its text isn't needed."""
        assert place(version_of(2), node_of(1), node_of(3)) == place(
            version_of(2), version_of(1), version_of(3)
        )

    def test_place_at_the_ends(self):
        """Without a neighbour there is no link, and what was there before is gone."""
        middle = place(version_of(2), node_of(1), node_of(3))
        assert place(middle, None, node_of(3)).previous_id is None
        latest = place(middle, node_of(1), None)
        assert latest == version_of(2, previous_id="v1")
        assert latest.status is Status.CURRENT

    def test_place_takes_a_mark_away(self):
        """A version that has a place is not deleted."""
        assert place(bury(version_of(2), stamp_of(9)), None, None) == version_of(2)

    def test_bury_takes_the_links_away(self):
        """A deleted version is in no link, superseded by nothing, and says who marked it."""
        buried = bury(place(version_of(2), node_of(1), node_of(3)), stamp_of(9))
        assert buried == version_of(2, deleted_at=time_of(9), deleted_revision=9)
        assert buried.status is Status.DELETED

    @pytest.mark.parametrize("change", [lambda v: place(v, None, None), lambda v: bury(v, STAMP)])
    def test_neither_forgets_the_ordinal(self, change):
        """The place in a listing stays, whatever happens to the place in the chain."""
        assert node(change(version_of(2, ordinal=7))).ordinal == 7

    def test_linked_mirrors(self):
        """Each version of a chain names its neighbours, and they name it."""
        assert linked([]) == []
        assert linked([version_of(4)]) == [version_of(4)]
        assert linked([version_of(1), version_of(3), version_of(4)]) == [
            version_of(1, next_id="v3", superseded_at=time_of(3)),
            version_of(3, previous_id="v1", next_id="v4", superseded_at=time_of(4)),
            version_of(4, previous_id="v3"),
        ]

    def test_a_node_is_the_place_of_a_version(self):
        """It holds what orders versions, and no text."""
        assert node(version_of(3, ordinal=2)) == Node("v3", 3, time_of(3), 3, 2)


STAMP = stamp_of(9)


class Toy:
    """The smallest thing that finds records and does what a change says."""

    def __init__(self):
        self.versions = []
        self.latest = None
        self.revision = 0

    def living(self):
        return linked([each for each in self.versions if each.deleted_revision is None])

    def stamp(self):
        self.revision += 1
        return stamp_of(self.revision)

    def apply(self, change, stamp):
        if change.insert is not None:
            self.versions.append(change.insert)
        for i, version in enumerate(self.versions):
            span = change.mark
            living = version.deleted_revision is None
            if span is not None and living and span.first <= version.number <= span.last:
                self.versions[i] = bury(version, stamp)
            if version.id in {each.id for each in change.unmark}:
                self.versions[i] = place(version, None, None)
        self.latest = change.latest

    def append(self):
        stamp, living = self.stamp(), self.living()
        change = append(
            EMPTY,
            id=f"v{stamp.number}",
            chain_id="c",
            contact_id="ada",
            previous=living[-1] if living else None,
            last_number=self.versions[-1].number if self.versions else 0,
            stamp=stamp,
            ordinal=0,
        )
        self.apply(change, stamp)

    def span(self, first, last):
        nodes = [node(version) for version in self.living()]
        below = [each for each in nodes if each.number < first]
        above = [each for each in nodes if each.number > last]
        return Span(
            "c",
            "ada",
            first,
            last,
            len(nodes) - len(below) - len(above),
            below[-1] if below else None,
            above[0] if above else None,
            nodes[-1],
        )

    def cut(self, first, last):
        stamp = self.stamp()
        self.apply(cut(self.span(first, last)), stamp)
        return stamp.number

    def restore(self, revision):
        stamp, living = self.stamp(), self.living()
        marked = [each for each in self.versions if each.deleted_revision == revision]
        if marked:
            found = gather(marked, living[-1] if living else None)
            self.apply(restore(found, revision, stamp), stamp)

    def check(self):
        """What always holds of a chain."""
        living = self.living()
        numbers = [each.number for each in self.versions]
        assert numbers == sorted(set(numbers))
        assert self.latest == (node(living[-1]) if living else None)
        for before, after in pairwise(living):
            assert before.next_id == after.id
            assert after.previous_id == before.id
            assert before.superseded_at == after.created_at
            assert before.number < after.number
            assert before.status is Status.SUPERSEDED
        if living:
            assert living[0].previous_id is None
            assert living[-1].next_id is None
            assert living[-1].status is Status.CURRENT
        for each in self.versions:
            if each.deleted_revision is not None:
                assert each.next_id is each.previous_id is each.superseded_at is None


def steps():
    part = st.floats(0, 1, exclude_max=True)
    return st.lists(
        st.tuples(st.sampled_from(["append", "cut", "cut", "restore"]), part, part), max_size=15
    )


def facts_of(*versions, last_number=9, absences=None):
    """A chain's facts; `absences` by the version's number."""
    each = tuple(
        VersionFacts(version, version.number + 100, (absences or {}).get(version.number, ()))
        for version in versions
    )
    return ChainFacts("c", "ada", last_number, each)


class TestRewind:
    """The facts as they stood after an older revision. Version n was written by revision n."""

    def test_there_is_nothing_before_the_first(self):
        """A chain that was not begun yet has no facts."""
        assert rewind(facts_of(version_of(3), version_of(5)), 2, time_of) is None
        assert rewind(facts_of(), 9, time_of) is None

    @pytest.mark.parametrize(
        ("at", "numbers", "last_number"),
        [(3, [3], 3), (4, [3], 3), (5, [3, 5], 5), (7, [3, 5, 7], 9), (8, [3, 5, 7], 9)],
    )
    def test_what_was_written_later_is_not_there(self, at, numbers, last_number):
        """The highest number is that of what was there, and today's once all was there."""
        now = facts_of(version_of(3), version_of(5), version_of(7))
        then = rewind(now, at, time_of)
        assert then == facts_of(*map(version_of, numbers), last_number=last_number)

    def test_the_links_of_now_say_nothing_of_then(self):
        """A rewound version has no place; it gets one among those that are left."""
        now = facts_of(*linked([version_of(1), version_of(2), version_of(3)]))
        then = rewind(now, 2, time_of)
        assert then == facts_of(version_of(1), version_of(2), last_number=2)
        assert living(then) == linked([version_of(1), version_of(2)])

    @pytest.mark.parametrize(
        ("at", "mark", "absences"),
        [
            (1, None, ()),
            (2, 2, ()),
            (3, None, ((2, 3),)),
            (4, 4, ((2, 3),)),
            (5, 4, ((2, 3),)),
            (6, None, ((2, 3), (4, 6))),
            (7, 7, ((2, 3), (4, 6))),
            (8, 7, ((2, 3), (4, 6))),
        ],
    )
    def test_a_mark_holds_while_it_held(self, at, mark, absences):
        """A deletion that was lifted since is the mark it was; one that came later is none."""
        marked = bury(version_of(1), stamp_of(7))
        now = facts_of(marked, absences={1: ((2, 3), (4, 6))})
        version = version_of(1) if mark is None else bury(version_of(1), stamp_of(mark))
        assert rewind(now, at, time_of) == facts_of(version, absences={1: absences})

    def test_living_and_deleted_part_a_chain(self):
        """The living are placed among themselves, the deleted stand alone, both by number."""
        gone = [bury(version_of(number), stamp_of(9)) for number in (2, 4)]
        facts = facts_of(version_of(1), gone[0], version_of(3), gone[1])
        assert living(facts) == linked([version_of(1), version_of(3)])
        assert deleted(facts) == gone
        assert living(facts_of()) == deleted(facts_of()) == []

    @pytest.mark.parametrize(
        ("at", "there", "until"), [(2, False, None), (3, True, None), (4, True, None), (5, True, 5)]
    )
    def test_an_interval_of_a_connection(self, at, there, until):
        """It is there from the revision that began it, and open until the one that ended it."""
        link = Connection("c", "d", "related", "{}", time_of(3), 3)
        then = rewind_connection(ConnectionFacts(link, 5), at)
        assert then == (ConnectionFacts(link, until) if there else None)
        open_one = rewind_connection(ConnectionFacts(link, None), at)
        assert open_one == (ConnectionFacts(link, None) if there else None)


class TestTogether:
    """Any sequence of changes."""

    @quick
    @given(steps())
    def test_order_and_links_hold_after_every_step(self, steps):
        """Whatever is cut and brought back, the chain is one, and the latest is its last."""
        toy = Toy()
        for step, one, other in [("append", 0, 0), *steps]:
            living = toy.living()
            if step == "append" and (living or not toy.versions):
                toy.append()
            elif step == "cut" and living:
                ends = sorted((int(one * len(living)), int(other * len(living))))
                toy.cut(*(living[i].number for i in ends))
            elif step == "restore":
                toy.restore(1 + int(one * toy.revision))
            toy.check()

    @quick
    @given(st.integers(1, 8), st.data())
    def test_restore_is_the_inverse_of_a_cut(self, length, data):
        """A cut and its restoration leave the chain as it was, and tell the truth on the way."""
        toy = Toy()
        for _ in range(length):
            toy.append()
        first = data.draw(st.integers(1, length))
        last = data.draw(st.integers(first, length))
        before, head = toy.living(), toy.latest
        revision = toy.cut(first, last)
        assert toy.living() == linked(before[: first - 1] + before[last:])
        toy.restore(revision)
        assert toy.living() == before
        assert toy.latest == head

    def test_the_worked_restoration(self):
        """v1..v4, delete v4, v5 follows v3, restore v4: v1 ← v2 ← v3 ← v4 ← v5."""
        toy = Toy()
        for _ in range(4):
            toy.append()
        revision = toy.cut(4, 4)
        assert toy.latest.number == 3
        toy.append()
        assert [(each.number, each.previous_id) for each in toy.living()][-1] == (5, "v3")
        toy.restore(revision)
        toy.check()
        assert [each.number for each in toy.living()] == [1, 2, 3, 4, 5]
        assert toy.latest.number == 5
        toy.restore(revision)
        assert [each.number for each in toy.living()] == [1, 2, 3, 4, 5]


def test_a_chain_of_records_is_frozen():
    """What the rules take and give cannot be changed by whoever holds it."""
    samples = [
        (stamp_of(1), "number"),
        (FULL, "content"),
        (SILENT, "content"),
        (node_of(1), "id"),
        (outline_of(1), "nodes"),
        (span_of(1, 1, (1, 2)), "count"),
        (marked_of(None, 1), "nodes"),
        (Change("c", "ada", latest=None), "latest"),
    ]
    for record, name in samples:
        with pytest.raises(AttributeError):
            setattr(record, name, None)
        assert hash(record) == hash(attrs.evolve(record))
    records = {each for each in vars(chain).values() if attrs.has(each)} - {MemoryVersion}
    assert {type(record) for record, _ in samples} == {
        each for each in records if each.__module__ == chain.__name__
    }


def test_a_change_says_nothing_by_itself():
    """What a change does not name is not to happen."""
    change = Change("c", "ada", latest=None)
    assert change.insert is change.mark is change.cut is change.absence is change.marked_by is None
    assert change.unmark == ()
    assert change.revives is False
