"""Rules that hold for every value, not only for those that somebody thought of."""

import contextlib
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import mistakes, names, stack
from components.model import Bytes
from components.pulsar.bookkeeper import BookkeeperSpec
from components.pulsar.memory import MemorySpec
from evaluation import stack_files
from tests import rendered, stack_file

SIZES = st.builds(
    lambda number, unit: Bytes.parse(f"{number}{unit}"), st.integers(64, 4096), st.sampled_from(["Mi", "Gi"])
)
SMALL = st.integers(1, 8)
UNITS = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}


@given(heap=SIZES, direct=SIZES, overhead=st.none() | SIZES)
def test_a_container_is_never_smaller_than_what_its_jvm_may_use(heap: Bytes, direct: Bytes, overhead: Bytes | None):
    plan = MemorySpec(heap=heap, direct=direct, overhead=overhead)

    assert plan.planned_limit >= heap + direct + plan.planned_overhead
    flags = re.findall(r"-(?:Xmx|XX:MaxDirectMemorySize=)(\d+)m", plan.jvm_flags)
    assert sum(map(int, flags)) * (1 << 20) < plan.planned_limit
    assert re.search(r"-Xms(\d+)m", plan.jvm_flags)[1] == flags[0]  # pyright: ignore[reportOptionalSubscript]


@given(heap=SIZES, direct=SIZES, limit=SIZES)
def test_a_limit_of_one_s_own_is_accepted_exactly_when_the_parts_fit(heap: Bytes, direct: Bytes, limit: Bytes):
    needed = heap + direct + MemorySpec(heap=heap, direct=direct).planned_overhead
    accepted = True
    try:
        MemorySpec(heap=heap, direct=direct, limit=limit)
    except ValueError:
        accepted = False

    assert accepted == (limit >= needed)


@given(number=st.integers(1, 1 << 40).map(lambda kibibytes: kibibytes << 10))
def test_a_size_is_written_as_it_was_meant(number: int):
    size = Bytes(number)

    assert Bytes.parse(str(size)) == size
    assert re.fullmatch(r"\d+(Ki|Mi|Gi|Ti)", str(size))


@given(number=st.integers(1, 10**6), unit=st.sampled_from(sorted(UNITS)))
def test_a_size_is_what_it_says(number: int, unit: str):
    assert Bytes.parse(f"{number}{unit}") == number * UNITS[unit]


@given(text=st.text())
def test_any_text_is_a_size_or_gets_a_sentence(text: str):
    told = None
    try:
        Bytes.parse(text)
    except ValueError as error:
        told = str(error)

    assert told is None or re.search(r"[.?]$", told)


@given(replicas=SMALL, ensemble=SMALL, write_quorum=SMALL, ack_quorum=SMALL)
def test_accepted_quorums_can_be_met(replicas: int, ensemble: int, write_quorum: int, ack_quorum: int):
    fits = ack_quorum <= write_quorum <= ensemble <= replicas
    quorums = {"replicas": replicas, "ensemble": ensemble, "write_quorum": write_quorum, "ack_quorum": ack_quorum}

    if fits:
        BookkeeperSpec.model_validate(quorums)
    else:
        with pytest.raises(ValueError, match=r"bookies|copies|ensemble"):
            BookkeeperSpec.model_validate(quorums)


def test_every_name_of_the_longest_cluster_fits_into_a_label():
    longest = "e" * names.LONGEST_CLUSTER_NAME
    found = rendered.of({"pulsar.name": longest, "pulsar.namespace": "n" * 63})

    for each in found.values():
        name = each["metadata"]["name"]
        # What Kubernetes puts behind it: a revision's hash, a replica set's hash and a pod's own five letters.
        behind = {"StatefulSet": "-1234567890", "Deployment": "-1234567890-12345", "Job": "-12345"}
        assert len(name + behind.get(each["kind"], "")) <= names.LONGEST_LABEL, name
        assert all(len(value) <= names.LONGEST_LABEL for value in each["metadata"].get("labels", {}).values())


STRANGE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["4Gi", "0Gi", "-1Mi", "pods", "proxy", "etcd", "500m", "", "4.0", "5.0.0", "NodePort", "secure"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.integers() | st.none() | st.just("secure"), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a file, the mappings as well as the values."""
    inside = (
        [place for key, inner in value.items() for place in places(inner, (*where, key))]
        if isinstance(value, dict)
        else []
    )
    return [where, *inside]


FULL = {name: stack_files.read(name)[stack_files.SPEC] for name in stack_files.names()}


@settings(max_examples=300)
@given(data=st.data())
def test_no_file_however_broken_ends_in_anything_but_sentences(data: st.DataObject):
    raw = stack_file.raw(base=FULL[data.draw(st.sampled_from(sorted(FULL)))])
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.sampled_from(places(raw)))
        value = data.draw(STRANGE)
        if not where:
            if data.draw(st.booleans()):
                raw["extra"] = value
            continue
        at: Any = raw
        for step in where[:-1]:
            at = at[step]
        at[where[-1] if data.draw(st.booleans()) else data.draw(st.text(max_size=5))] = value

    with contextlib.suppress(mistakes.NotADeployment):
        spec = stack.read(raw, "test")
        rendered.manifests(spec)
    for _, sentence in _told(raw):
        assert re.search(r"[.?)]$", sentence), sentence
        assert not re.search(r"pydantic|Input should|validation|NoneType|Traceback", sentence), sentence


def _told(raw: Any) -> list[mistakes.Found]:
    try:
        stack.read(raw, "test")
    except mistakes.NotADeployment as error:
        return error.found or [((), "A refusal without a reason helps nobody")]
    return []
