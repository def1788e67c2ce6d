"""The sentiment function: what its readers are told of a text."""

import json

import pytest
from pulsar import Function

from tests.example_functions.loading import load

sentiment = load("sentiment", "sentiment")


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("What a wonderful day, thanks!", "good"),
        ("This is horrible and slow", "bad"),
        ("The train leaves at nine", "neutral"),
        ("not bad", "good"),
        ("It isn't very good", "bad"),
        ("It isn’t good", "bad"),  # noqa: RUF001
        ("I LOVE it", "good"),
        ("good and bad", "neutral"),
        ("", "neutral"),
        ("Das ist schön 🌞", "neutral"),
    ],
)
def test_a_text_has_the_mood_that_a_reader_would_see(text, mood, context):
    assert json.loads(sentiment.Sentiment().process(text, context()))["mood"] == mood


def test_very_counts_for_more():
    assert sentiment.score("very good") > sentiment.score("good")


def test_a_negation_reaches_over_two_words_and_no_further():
    assert sentiment.score("not in the least helpful") == 1
    assert sentiment.score("not really helpful") < 0


def test_where_the_line_is_drawn_is_the_stack_file_s_to_say(context):
    assert json.loads(sentiment.Sentiment().process("good", context(threshold=1.5)))["mood"] == "neutral"


def test_a_text_that_pulsar_takes_for_a_number_is_scored_all_the_same(context, through_pulsar):
    assert json.loads(through_pulsar(sentiment.Sentiment(), b"42", context()))["text"] == "42"


def test_moods_are_counted_where_pulsar_s_metrics_show_them(context):
    given = context()
    sentiment.Sentiment().process("great", given)

    assert given.metrics == [("mood_good", 1)]


def test_it_is_a_function_of_pulsar_s_interface():
    assert issubclass(sentiment.Sentiment, Function)
