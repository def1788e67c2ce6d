"""Which engine is used, and that nobody's own set-up is touched or leaked."""

import json
import os
import pathlib
import socket
import stat

import pytest

from local.engine import build, choice, engine, official, stand_ins, state
from local.problem import Problem
from local.progress import Progress


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A cache and a state of the test's own, a CLI in a toolchain folder, and no network."""
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULSAR_ENGINE"):
        monkeypatch.delenv(name, raising=False)
    tools = tmp_path / "tools"
    tools.mkdir()
    _cli(tools / "pulumi", "3.300.0")
    monkeypatch.setenv("PULSAR_TOOLCHAIN", str(tools))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(choice, "_REMEMBERED", tmp_path / "cache" / "choice.json")
    monkeypatch.setattr(stand_ins, "STAND_INS", tmp_path / "cache" / "stand-ins")
    monkeypatch.setattr(state, "STATE", tmp_path / "state")
    monkeypatch.setattr(official, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(official, "_fetch", _nothing_is_reached)
    monkeypatch.setattr(official, "reaches", lambda url: False)
    return tmp_path


def _nothing_is_reached(url, what):
    raise official.Unavailable(f"{what} is out of reach (no network)")


def _cli(path: pathlib.Path, version: str) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nif [ "$1" = version ]; then echo v{version}; exit; fi\necho "$@"\nexit ${{CODE:-0}}\n')
    path.chmod(0o755)
    return path


def _prepare(kubeconfig=None):
    return choice.prepare(Progress(open(os.devnull, "w")), kubeconfig=kubeconfig)  # noqa: PTH123


def test_without_a_network_the_toolchain_s_cli_is_used_with_the_stand_ins_and_one_line_says_so(places):
    found = _prepare()
    assert "\n" not in found.description
    assert "3.300.0 with this project's own Python language host and Kubernetes plugin" in found.description
    assert "no pulumi is on PATH" in found.description
    assert found.settings["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"


def test_an_installed_engine_with_its_own_plugins_is_preferred(places, monkeypatch):
    _cli(places / "bin" / "pulumi", "3.400.0")
    (places / "bin" / "pulumi-language-python").touch()
    (places / ".pulumi" / "plugins" / f"resource-kubernetes-v{official.KUBERNETES_VERSION}").mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{places / 'bin'}:/usr/bin:/bin")
    found = _prepare()
    assert "Pulumi 3.400.0 (installed) with its own plugins" in found.description
    assert "PULUMI_HOME" not in found.settings


def test_an_installed_engine_without_language_host_or_out_of_date_says_why_it_is_not_used(places, monkeypatch):
    monkeypatch.setenv("PATH", f"{places / 'bin'}:/usr/bin:/bin")
    _cli(places / "bin" / "pulumi", "3.400.0")
    assert "no Python language host beside it" in _prepare().description
    _cli(places / "bin" / "pulumi", "3.1.0")
    assert "the pulumi on PATH is 3.1.0, and Pulumi.yaml requires" in _prepare().description


def test_asking_for_the_official_engine_never_gets_a_stand_in(places, monkeypatch):
    monkeypatch.setenv("PULSAR_ENGINE", "official")
    with pytest.raises(Problem, match="there is none: no pulumi is on PATH; the list of official checksums is out of"):
        _prepare()


def test_a_misspelled_choice_is_refused(places, monkeypatch):
    monkeypatch.setenv("PULSAR_ENGINE", "oficial")
    with pytest.raises(Problem, match="takes official, stand-in, or nothing"):
        _prepare()


def test_the_choice_is_made_once(places, monkeypatch):
    first = _prepare()
    monkeypatch.setattr(choice, "_choose", lambda *_: pytest.fail("a warm start must not look again"))
    assert _prepare().description == first.description


def test_a_toolchain_that_is_too_old_is_refused_with_the_way_out(places):
    _cli(places / "tools" / "pulumi", "3.1.0")
    with pytest.raises(Problem, match=r"is 3.1.0, and Pulumi.yaml requires .* unset PULSAR_TOOLCHAIN"):
        build.provided()


def test_the_passphrase_is_made_once_for_its_owner_only_and_never_named_itself(places):
    first, second = _prepare(), _prepare()
    path = pathlib.Path(first.settings["PULUMI_CONFIG_PASSPHRASE_FILE"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert second.settings["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(path)
    assert path.read_text() not in str(first.settings)


def test_a_team_s_backend_and_passphrase_are_left_alone(places, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://team")
    assert not {"PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE"} & _prepare().settings.keys()
    monkeypatch.delenv("PULUMI_BACKEND_URL")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "team")
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in _prepare().settings


def test_the_kubeconfig_that_is_given_reaches_programs(places):
    assert _prepare(pathlib.Path("/k")).env["KUBECONFIG"] == "/k"


@pytest.mark.parametrize(
    ("version", "wanted", "expected"),
    [
        ("3.259.0", ">=3.227.0", True),
        ("3.226.9", ">=3.227.0", False),
        ("4.0.0", ">=3.227.0 <4.0.0", False),
        ("3.100.0", ">=3.227.0 || =3.100.0", True),
        ("3.259.0-dev", "", True),
    ],
)
def test_the_version_that_the_project_requires_is_kept(version, wanted, expected):
    assert official.satisfies(version, wanted) is expected


def test_what_a_command_prints_is_returned_and_its_failure_is_told(tmp_path, monkeypatch):
    found = engine.Engine("", _cli(tmp_path / "pulumi", "3.300.0"), {})
    assert found.run(["up", "--yes"], stack="dev", capture=True, cwd=tmp_path) == "up --yes --stack dev\n"
    with pytest.raises(Problem, match="`pulumi up --yes` failed with exit code 3:\nup --yes"):
        found.run(["up", "--yes"], stack=None, capture=True, cwd=tmp_path, env={"CODE": "3"})


@pytest.mark.parametrize(
    ("changes", "stays"),
    [({"pid": 2**22 + 1}, False), ({}, False), ({"hostname": "elsewhere"}, True)],
    ids=["killed", "its number is another program's now", "on another machine"],
)
def test_the_lock_of_an_engine_that_was_killed_here_does_not_stop_the_next_one(places, changes, stays):
    lock = places / "state" / "pulumi" / ".pulumi" / "locks" / "organization" / "pulsar" / "local" / "1.json"
    lock.parent.mkdir(parents=True)
    lock.write_text(json.dumps({"pid": os.getpid(), "hostname": socket.gethostname(), **changes}))
    _prepare()
    assert lock.exists() is stays
