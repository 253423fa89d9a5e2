"""A small share of every campaign, each with a fixed seed, and the faults that each must find."""

from collections import Counter

import pytest

from . import results
from .catalogue import NAMES, campaign

CAMPAIGNS = [campaign(name) for name in NAMES]
PLANTED = [(which, fault) for which in CAMPAIGNS for fault in which.faults]


@pytest.mark.parametrize("which", CAMPAIGNS, ids=lambda which: which.name)
def test_a_share_of_a_campaign_finds_nothing(which):
    """And counts what it did."""
    run = which.go(1, limit=which.share)
    assert run.findings == []
    assert run.counts[which.unit] >= which.share


@pytest.mark.campaign
@pytest.mark.parametrize(
    ("which", "fault"), PLANTED, ids=[f"{which.name}: {fault}" for which, fault in PLANTED]
)
def test_a_campaign_finds_a_planted_fault(which, fault):
    """What it is for."""
    with which.faults[fault]():
        run = which.go(1, limit=which.patience)
    assert run.findings


def test_there_are_enough_planted_faults():
    """Every campaign has some, and all together at least twenty."""
    assert len(PLANTED) >= 20
    assert {which.name for which, _ in PLANTED} == set(NAMES)


def test_the_readme_shows_what_was_recorded():
    """The table of promises is made from the results file, never by hand."""
    text = results.README.read_text(encoding="utf-8")
    assert results.in_readme(results.table(CAMPAIGNS)) == text


@pytest.mark.parametrize("which", CAMPAIGNS, ids=lambda which: which.name)
def test_the_figures_to_reach_were_reached(which):
    """By the recorded runs since the last that found something."""
    assert results.totals(which.name, results.recorded()) >= Counter(which.goal)
