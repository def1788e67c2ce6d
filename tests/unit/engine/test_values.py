"""What crosses between the engine and Kubernetes keeps its meaning: unknown, secret, number."""

import base64

import pytest
from google.protobuf import struct_pb2

from plugin.values import (
    UNKNOWN,
    Values,
    decode,
    encode,
    property_path,
    redactor,
    without_nulls,
)

SIGNATURE = "4dabf18193072939515e22adb298388d"


def _struct(value):
    struct = struct_pb2.Struct()
    struct.update(value)
    return struct


def test_a_whole_number_stays_whole():
    assert decode(_struct({"replicas": 3, "ratio": 0.5})).plain == {"replicas": 3, "ratio": 0.5}


def test_a_value_that_a_preview_cannot_know_is_marked_at_any_depth():
    values = decode(_struct({"spec": {"names": ["a", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"]}}))
    assert values.plain["spec"]["names"] == ["a", UNKNOWN]
    assert values.has_unknowns
    assert decode(encode(values)).plain["spec"]["names"][1] is UNKNOWN


def test_a_secret_stays_a_secret_on_the_way_back():
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": "hidden"}
    values = decode(_struct({"data": {"a": secret, "b": "plain"}}))
    assert values == Values({"data": {"a": "hidden", "b": "plain"}}, frozenset({("data", "a")}))
    assert decode(encode(values)) == values


def test_an_output_without_a_value_is_unknown_and_one_with_a_value_is_read():
    unknown = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}
    known = {**unknown, "value": "x", "secret": True, "dependencies": []}
    values = decode(_struct({"a": unknown, "b": known}))
    assert values.plain == {"a": UNKNOWN, "b": "x"}
    assert values.secrets == {("b",)}


def test_a_file_in_an_object_is_refused_with_its_place():
    asset = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "x"}
    with pytest.raises(ValueError, match=r"data\.file is an asset"):
        decode(_struct({"data": {"file": asset}}))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("spec", "ports", 0, "port"), "spec.ports[0].port"),
        (("metadata", "labels", "app.kubernetes.io/name"), 'metadata.labels["app.kubernetes.io/name"]'),
        (("data", 'a"b'), 'data["a\\"b"]'),
    ],
)
def test_a_path_is_spelled_as_the_engine_reads_it(path, text):
    assert property_path(path) == text


def test_a_secret_is_taken_out_of_a_text_in_each_of_its_forms():
    word = "-".join(["hidden", "word"])
    encoded = base64.b64encode(word.encode()).decode()
    redact = redactor(Values({"data": {"a": encoded}}, frozenset({("data",)})))
    assert redact(f"log says {word}, and {encoded}") == "log says [secret], and [secret]"


def test_a_null_is_not_sent_because_it_would_clear_the_field():
    assert without_nulls({"a": None, "b": [{"c": None, "d": 0}]}) == {"b": [{"d": 0}]}
