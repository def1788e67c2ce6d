"""The review of sixty changes: what somebody who reads it in a pull request must learn before they merge."""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from local.paths import PROJECT
from review import probe, report, sides, writing
from review.risk import Risk
from tests.review_case import Case
from tests.review_cases import CASES


@functools.cache
def base(besides: str) -> Mapping[str, Any]:
    case = next(each for each in CASES if each.besides == besides)
    return probe.told(case.stack, case.config(after=False))


def reviewed(case: Case) -> report.Report:
    before = base(case.besides)
    after = probe.told(case.stack, case.config(after=True), lambda: before)
    return report.review(case.stack, "0" * 40, sides.side(before), sides.side(after))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_reader_learns_what_a_change_does(case: Case):
    told = reviewed(case)
    text = writing.markdown(told)

    missing = [word for word in case.words if word not in text]
    assert not missing, f"{missing} in:\n{writing.terminal(told)}"
    assert told.risk == case.risk, writing.terminal(told)


def test_there_are_sixty_of_them():
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_report_fits_one_screen(case: Case):
    assert len(writing.terminal(reviewed(case), width=120).splitlines()) <= 40


def test_a_report_for_machines_says_the_same_as_the_one_for_people():
    told = reviewed(next(each for each in CASES if each.name == "a bookie fewer"))

    read = json.loads(json.dumps(told.as_json()))

    assert read["risk"] == "refused"
    assert read["findings"][0]["sentence"] in writing.markdown(told)


def test_nothing_that_changes_is_told_as_nothing():
    case = Case("nothing", {}, (), Risk.HARMLESS)

    assert reviewed(case).verdict == "Nothing changes."


def test_whoever_stops_reading_early_sees_no_traceback():
    read, write = os.pipe()
    os.close(read)
    words = [sys.executable, "-m", "review", "report", "local", "--base", "HEAD"]
    done = subprocess.run(words, cwd=PROJECT, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)

    assert (done.returncode, done.stderr) == (1, "")
