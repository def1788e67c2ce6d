import json
import struct

import pytest

from local.cluster import addons, api, containerd, control_plane, names, node
from local.cluster.layout import Layout, write
from local.cluster.toolchain import Toolchain


@pytest.fixture(scope="module")
def documents():
    return list(addons.documents(Layout()))


def test_no_placeholder_is_left_in_what_the_cluster_runs(documents):
    assert "@" not in json.dumps(documents).replace("@type", "")


def test_a_claim_without_a_class_gets_a_volume_that_goes_with_it(documents):
    (found,) = [document for document in documents if document["kind"] == "StorageClass"]
    assert found["metadata"]["name"] == "local-path"
    assert found["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] == "true"
    assert found["reclaimPolicy"] == "Delete"
    # A folder has no size, so a claim that grows would be told a lie.
    assert not found.get("allowVolumeExpansion")


def test_pods_ask_the_name_service_at_the_address_that_it_has(documents):
    (service,) = [document for document in documents if document["metadata"]["name"] == "kube-dns"]
    assert [service["spec"]["clusterIP"]] == node.kubelet_config(Layout())["clusterDNS"]


def test_every_object_of_the_add_ons_has_a_place_in_the_api(documents):
    assert all(api.path_of(document).startswith(("/api/v1/", "/apis/")) for document in documents)


def test_an_image_that_came_from_an_archive_is_never_collected():
    assert node.kubelet_config(Layout())["imageGCHighThresholdPercent"] == 100


def test_no_store_of_the_cluster_can_be_reached_from_a_pod():
    command = control_plane.etcd(Layout(), Toolchain(Layout().state))
    urls = [word for word in command if "http://" in word]
    assert len(urls) == 5
    assert all("http://127.0.0.1:" in word for word in urls)


def test_pods_have_no_way_out_of_the_machine():
    bridge = json.loads(containerd.cni(Layout()))["plugins"][0]
    assert bridge["ipMasq"] is False


def test_nothing_of_containerd_lies_where_another_containerd_has_its_own():
    text = containerd.config(Layout(), "overlayfs")
    for key in ("root", "state", "address", "path", "Root", "conf_dir"):
        (line,) = [line for line in text.splitlines() if line.strip().startswith(f"{key} =")]
        assert "/pulsar-local/" in line


def test_a_configuration_that_is_the_same_is_not_touched(tmp_path):
    path = tmp_path / "conf" / "proxy.yaml"
    write(path, "a: 1\n")
    before = path.stat().st_mtime_ns
    write(path, "a: 1\n")
    assert path.stat().st_mtime_ns == before, "kube-proxy ends when its configuration is written"
    write(path, "a: 2\n")
    assert path.read_text() == "a: 2\n"


@pytest.mark.parametrize(
    ("flags", "answers", "resolved"),
    [(0x8180, 1, True), (0x8183, 0, False), (0x8180, 0, False), (0x0100, 1, False), (0x8182, 1, False)],
    ids=["address", "no-such-name", "no-address", "a-question", "server-failure"],
)
def test_names_resolve_only_when_the_name_service_gave_an_address(flags, answers, resolved):
    assert names.is_answer(struct.pack(">6H", 7, flags, 1, answers, 0, 0), 7) is resolved


def test_an_answer_to_another_question_is_not_taken():
    assert not names.is_answer(struct.pack(">6H", 6, 0x8180, 1, 1, 0, 0), 7)


def test_the_controllers_are_not_held_back_by_a_limit_for_large_clusters():
    # At the default of 20 calls a second the controllers take five seconds to start, half of the whole `up`.
    command = control_plane.controller_manager(Layout(), Toolchain(Layout().state))
    assert "--kube-api-qps=500" in command
