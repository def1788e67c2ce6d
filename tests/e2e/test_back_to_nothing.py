"""The last minute with the project."""

from local import cluster


def test_down_leaves_nothing_behind(make, local_stack):
    result = make("down")
    assert result.code == 0, result.text[-3000:]
    assert cluster.leftovers() == []


def test_a_smoke_test_without_a_cluster_fails_with_the_way_out(make, local_stack):
    result = make("smoke")
    assert result.code != 0
    assert "make up" in result.text
    assert "Traceback" not in result.text
