import os
import signal
import subprocess
import threading
import time

import pytest

from local.cluster import cgroups, processes, relay, toolchain
from local.problem import Problem

CLUSTER = f"test-{os.getpid()}"


@pytest.fixture
def sleeper():
    started = []

    def start(**marks):
        process = subprocess.Popen(["sleep", "60"], env=marks)
        started.append(process)
        deadline = time.monotonic() + 5
        while b"sleep" not in open(f"/proc/{process.pid}/cmdline", "rb").read() and time.monotonic() < deadline:  # noqa: PTH123, SIM115
            time.sleep(0.01)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_process_that_merely_looks_like_a_daemon_is_not_ended(sleeper):
    stranger = sleeper(NAME=f"/var/lib/{CLUSTER}/etcd")
    assert not processes.send(CLUSTER, processes.Daemon(stranger.pid, "etcd"), signal.SIGKILL)
    assert stranger.poll() is None


def test_a_process_of_another_cluster_is_not_ended(sleeper):
    other = sleeper(**processes.marked(f"{CLUSTER}-2", "etcd"))
    assert not processes.send(CLUSTER, processes.Daemon(other.pid, "etcd"), signal.SIGKILL)
    assert other.poll() is None


def test_a_daemon_is_found_and_ended_without_a_recorded_process_id(sleeper):
    own = sleeper(**processes.marked(CLUSTER, "etcd"))
    assert processes.running(CLUSTER) == [processes.Daemon(own.pid, "etcd")]
    assert processes.send(CLUSTER, processes.Daemon(own.pid, "etcd"), signal.SIGKILL)
    assert processes.wait_gone([own.pid], 5) == []
    assert own.wait() == -signal.SIGKILL


def test_a_process_id_that_is_gone_is_no_error():
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert not processes.send(CLUSTER, processes.Daemon(ended.pid, "etcd"), signal.SIGKILL)
    assert processes.wait_gone([ended.pid], 1) == []


def test_waiting_for_a_process_that_stays_ends_in_time(sleeper):
    own = sleeper(**processes.marked(CLUSTER, "etcd"))
    assert processes.wait_gone([own.pid], 0.05) == [own.pid]


def test_a_daemon_gets_nothing_of_the_callers_environment(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    assert "AWS_PROFILE" not in processes.marked(CLUSTER, "etcd")


MIXED = """\
30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw
31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
32 30 0:28 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
33 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
"""
UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        (MIXED, [("cgroup", "/sys/fs/cgroup/memory"), ("cgroup", "/sys/fs/cgroup/cpuset")]),
        (UNIFIED, [("cgroup2", "/sys/fs/cgroup")]),
        ("", []),
    ],
    ids=["version-1", "version-2", "none"],
)
def test_pods_are_limited_by_whichever_control_groups_the_machine_has(mounts, expected):
    found = cgroups.with_controllers(cgroups.hierarchies(mounts))
    assert [(kind, str(path)) for kind, path in found] == expected


def test_a_group_that_the_container_runtime_made_beside_the_limits_is_removed_too():
    assert "/sys/fs/cgroup/unified" in [str(path) for _, path in cgroups.hierarchies(MIXED)]


def test_the_relay_listens_on_the_loopback_alone():
    (listener,) = relay.listeners([0])
    with listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_noticed():
    (listener,) = relay.listeners([0])
    with listener, pytest.raises(OSError, match="in use"):
        relay.listeners([listener.getsockname()[1]])


def test_a_toolchain_that_lacks_a_program_is_refused_by_name(tmp_path):
    with pytest.raises(Problem) as refused:
        toolchain.ensure(None, {"PULSAR_TOOLCHAIN": str(tmp_path)})  # pyright: ignore[reportArgumentType]
    assert f"PULSAR_TOOLCHAIN is {tmp_path}, but that folder lacks kube-apiserver" in str(refused.value)


def test_a_changed_module_is_built_anew(tmp_path):
    (tmp_path / "go.mod").write_text("module a")
    before = toolchain.content_hash(tmp_path)
    assert toolchain.content_hash(tmp_path) == before
    (tmp_path / "go.mod").write_text("module b")
    assert toolchain.content_hash(tmp_path) != before


def test_a_daemon_whose_program_is_still_being_loaded_has_not_ended(sleeper):
    late = threading.Timer(0.2, lambda: sleeper(**processes.marked(CLUSTER, "containerd")))
    late.start()

    assert "containerd" in processes.alive(CLUSTER, ["containerd"], patience_seconds=5)
    late.join()


def test_a_first_process_whose_program_is_still_being_loaded_has_not_ended(monkeypatch):
    seen = iter([None, None, 7])
    monkeypatch.setattr(processes, "init_of", lambda cluster: next(seen))

    assert processes.begun(CLUSTER, patience_seconds=5) == 7


def test_a_first_process_that_stays_away_has_ended(monkeypatch):
    monkeypatch.setattr(processes, "init_of", lambda cluster: None)

    assert processes.begun(CLUSTER, patience_seconds=0.1) is None


def test_a_daemon_that_stays_away_has_ended():
    assert processes.alive(CLUSTER, ["etcd"], patience_seconds=0.1) == set()
