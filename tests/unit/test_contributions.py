"""Features ask for settings; who asked stays known, and who came first doesn't matter."""

import itertools

import pytest

from components.pulsar.contributions import Contribution, Disagreement, Setting, disagreements, environment, merge


def test_each_setting_knows_who_asked_for_it():
    merged = merge(
        [
            Contribution(source="kafka", conf={"broker": {"a": "1"}}),
            Contribution(source="mqtt", tunable={"broker": {"b": "2"}}),
            Contribution(source="broker.config", chosen={"broker": {"c": "3"}}),
        ],
        "broker",
    )

    assert merged == {"a": Setting("1", "kafka"), "b": Setting("2", "mqtt"), "c": Setting("3", "broker.config")}


def test_a_process_gets_only_what_is_meant_for_it():
    asked = Contribution(source="kafka", conf={"broker": {"a": "1"}}, tunable={"bookie": {"b": "2"}})

    assert merge([asked], "proxy") == {}


def test_two_needs_that_differ_name_both_features():
    with pytest.raises(Disagreement) as refused:
        merge(
            [
                Contribution(source="kafka", conf={"broker": {"entryFormat": "kafka"}}),
                Contribution(source="mqtt", conf={"broker": {"entryFormat": "pulsar"}}),
            ],
            "broker",
        )

    assert str(refused.value) == "mqtt sets entryFormat to 'pulsar', but kafka needs 'kafka' in the broker."


def test_every_disagreement_is_told_not_only_the_first():
    found = disagreements(
        [
            Contribution(source="one", conf={"broker": {"a": "1", "b": "1", "c": "1"}}),
            Contribution(source="other", conf={"broker": {"a": "2", "b": "1", "c": "2"}}),
        ],
        "broker",
    )

    assert [each.key for each in found] == ["a", "c"]


def test_two_features_that_need_the_same_are_both_named():
    same = [Contribution(source=source, conf={"broker": {"a": "1"}}) for source in ("b", "a")]

    assert merge(same, "broker") == {"a": Setting("1", "a, b")}


def test_several_features_may_add_to_a_list():
    merged = merge(
        [
            Contribution(source="mqtt", conf={"broker": {"messagingProtocols": "mqtt"}}),
            Contribution(source="kafka", conf={"broker": {"messagingProtocols": "kafka"}}),
            Contribution(source="broker.config", chosen={"broker": {"messagingProtocols": "amqp,kafka"}}),
        ],
        "broker",
    )

    assert merged == {"messagingProtocols": Setting("amqp,kafka,mqtt", "broker.config, kafka, mqtt")}


def test_the_stack_file_overrules_advice_and_never_a_need():
    advice = Contribution(source="broker", tunable={"broker": {"a": "1"}})
    need = Contribution(source="broker", conf={"broker": {"a": "1"}})
    chosen = Contribution(source="broker.config", chosen={"broker": {"a": "2"}})

    assert merge([advice, chosen], "broker") == {"a": Setting("2", "broker.config")}
    assert [str(each) for each in disagreements([need, chosen], "broker")] == [
        "broker.config sets a to '2', but broker needs '1' in the broker."
    ]


def test_a_need_overrules_another_feature_s_advice():
    advice = Contribution(source="a", tunable={"broker": {"key": "1"}})
    need = Contribution(source="b", conf={"broker": {"key": "2"}})

    assert merge([advice, need], "broker") == {"key": Setting("2", "b")}


def test_the_order_of_the_features_changes_nothing():
    everyone = [
        Contribution(source="mqtt", conf={"broker": {"messagingProtocols": "mqtt", "a": "1"}}),
        Contribution(source="kafka", conf={"broker": {"messagingProtocols": "kafka", "a": "1"}}),
        Contribution(source="broker", tunable={"broker": {"b": "1", "c": "1"}}),
        Contribution(source="broker.config", chosen={"broker": {"b": "2"}}),
    ]

    results = [merge(order, "broker") for order in itertools.permutations(everyone)]

    assert all(result == results[0] for result in results)
    assert list(results[0]) == sorted(results[0]), "An order that moves shows as a change in every preview."


def test_settings_reach_the_image_under_the_prefix_that_it_reads():
    assert environment({"a": Setting("1", "x")}) == {"PULSAR_PREFIX_a": "1"}
