"""The first minutes with the project."""

from local import cluster, reach, stacks
from local.progress import Progress


def test_one_command_brings_pulsar_from_nothing_to_a_message(make):
    make("down")
    assert cluster.leftovers() == [], "the test starts from nothing"

    result = make("up")

    assert result.code == 0, result.text[-3000:]
    found = reach.fixed_endpoints(stacks.read("local"))
    assert found
    for endpoint in (found.pulsar, found.http, found.websocket):
        assert endpoint in result.text, "a person must read where to connect"
    assert "make down" in result.text
    assert "over a persistent topic: done" in result.text
    assert "over a non-persistent topic: done" in result.text
    assert "over WebSocket: done" in result.text


def test_a_second_up_changes_nothing_and_says_so(make):
    result = make("up")
    assert result.code == 0, result.text[-3000:]
    assert "nothing was changed" in result.text


def test_an_up_on_a_cluster_that_was_made_anew_makes_everything_anew(make):
    cluster.down(Progress())

    result = make("up")

    assert result.code == 0, result.text[-3000:]
    assert "created" in result.text
