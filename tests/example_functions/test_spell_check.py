"""The spell check: what becomes of a text, and of its words that aren't to be touched."""

import json
import time

import pytest

from tests.example_functions.loading import load

spellcheck = load("spell-check", "spellcheck")
words = load("spell-check", "spellcheck.words")


def checked(text, context):
    return json.loads(spellcheck.SpellCheck().process(text, context))


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("I recieve mesages", "I receive messages"),
        ("Teh quick brown fox", "The quick brown fox"),
        ("definately seperate", "definitely separate"),
        ("tommorow's wether", "tommorow's weather"),
        ("All is spelled right here", "All is spelled right here"),
        ("See https://example.com/xyzzyplugh", "See https://example.com/xyzzyplugh"),
        ("Write to reciever@exmaple.com", "Write to reciever@exmaple.com"),
        ("", ""),
        ("Zürich 2024 🌞", "Zürich 2024 🌞"),
    ],
)
def test_a_text_comes_back_as_it_was_meant(written, right, context):
    assert checked(written, context())["corrected"] == right


def test_what_was_put_right_is_said(context):
    assert checked("Recieve it", context())["corrections"] == {"Recieve": "Receive"}


def test_the_more_frequent_of_two_words_is_meant():
    assert words.suggestion("thet", words.known()) == "the"


def test_a_stack_file_may_know_more_words(context):
    assert checked("a bookie", context(words="bookie, ledger"))["corrected"] == "a bookie"
    assert "ledger" in checked("a legder", context(words="bookie, ledger"))["corrected"]


def test_a_word_twice_in_the_list_keeps_its_better_rank():
    assert words.known(["the"])["the"] == 0


def test_a_text_that_pulsar_takes_for_a_number_passes(context, through_pulsar):
    assert json.loads(through_pulsar(spellcheck.SpellCheck(), b"1e3", context()))["corrected"] == "1000.0"


def test_one_word_takes_no_noticeable_time():
    known = words.known()
    began = time.perf_counter()
    words.suggestion("communicationally", known)

    assert time.perf_counter() - began < 2, "Two edits of a long word are some 800,000 strings."
