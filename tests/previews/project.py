"""The project in a temporary folder: its program and one stack, with a state and a passphrase of their own."""

import contextlib
import dataclasses
import json
import os
import pathlib
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from evaluation import stack_files
from local.paths import KUBECONFIG, PROJECT
from tests.cloud_plugins import credentials, kubernetes, provider
from tests.cloud_plugins.installing import cloud_engine
from tests.engine.trial import Outcome, running

# Port 1 is reserved and served by nobody: whoever asks is refused at once.
NOBODY = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "nobody", "cluster": {"server": "http://127.0.0.1:1"}}],
    "users": [{"name": "nobody", "user": {}}],
    "contexts": [{"name": "nobody", "context": {"cluster": "nobody", "user": "nobody"}}],
    "current-context": "nobody",
}
"""A kubeconfig whose cluster doesn't answer."""


_NOT_OURS = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "PULUMI_CONFIG_PASSPHRASE_FILE", "PYTHONPATH")


@dataclasses.dataclass(frozen=True)
class Preview:
    """What a preview told."""

    code: int
    steps: list[dict[str, Any]]
    """What would be done to each resource that doesn't stay the same, and to the stack itself."""
    counts: dict[str, int]
    """How many resources each operation would be done to, `same` included."""
    said: str
    """Its messages."""
    output: str
    """All that it printed, as it stands in a build's log."""
    violations: list[str]
    """What the rules in `policies/` said, with the rule's name and level."""

    @property
    def operations(self) -> dict[str, str]:
        """What would be done, by URN, but for the stack itself; of several steps, the last one."""
        return {step["urn"]: step["op"] for step in self.steps if "::pulumi:pulumi:Stack::" not in step["urn"]}


def _violations(log: pathlib.Path) -> list[str]:
    told = [json.loads(line).get("policyEvent") for line in log.read_text().splitlines()] if log.exists() else []
    return [f"{each['policyName']} ({each['enforcementLevel']}): {each['message']}" for each in told if each]


class Project:
    """A copy of the project with one of its stacks, known to an engine that keeps its state beside it."""

    def __init__(self, folder: pathlib.Path, stack: str, kubeconfig: dict[str, Any] | None = None) -> None:
        """Copy the project.

        Args:
            folder: where everything is kept.
            stack: the stack's name.
            kubeconfig: the cluster that is there, also as what stands behind every cluster in a cloud. Default: none.
        """
        self.folder, self.stack = folder / "project", stack
        self.file = self.folder / "stacks" / f"Pulumi.{stack}.yaml"
        self._state = folder / "state"
        self._state.mkdir(parents=True)
        for name in ("components", "examples", "plugin", "provider"):
            ignored = shutil.ignore_patterns("*.pyc", "build", "target")
            shutil.copytree(PROJECT / name, self.folder / name, ignore=ignored)
        shutil.copytree(PROJECT / "stacks" / "base", self.folder / "stacks" / "base")
        for name in ("__main__.py", "Pulumi.yaml", f"stacks/{self.file.name}"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            shutil.copy2(PROJECT / name, self.folder / name)
        # Where the local stack's file says, and where kubectl looks by itself.
        home = folder / "home"
        for path in (self.folder / KUBECONFIG.relative_to(PROJECT), home / ".kube" / "config"):
            path.parent.mkdir(parents=True)
            path.write_text(yaml.safe_dump(kubeconfig or NOBODY))
        self.cloud = folder / "cloud"
        self.env = {
            **{name: value for name, value in cloud_engine().env.items() if name not in _NOT_OURS},
            provider.STATE: str(self.cloud),
            "HOME": str(home),
            "PULUMI_BACKEND_URL": self._state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": secrets.token_hex(),
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        }
        if kubeconfig:
            self._put_behind_the_clouds(kubeconfig, folder)
        self.run("stack", "init", stack)

    def _put_behind_the_clouds(self, kubeconfig: dict[str, Any], folder: pathlib.Path) -> None:
        (folder / "behind.json").write_text(json.dumps(kubeconfig))
        credentials.install(folder / "bin", kubeconfig["users"][0]["user"])
        self.env |= {
            kubernetes.VARIABLE: str(folder / "behind.json"),
            "PATH": os.pathsep.join([str(folder / "bin"), self.env["PATH"]]),
        }

    def run(
        self, *words: str, expect: int | None = 0, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Outcome:
        """Run a command; fail the test when it ends otherwise than expected."""
        done = self._ended(words, stdin, env)
        assert expect is None or done.returncode == expect, done.stdout + done.stderr
        return Outcome(done.returncode, done.stdout + done.stderr)

    def started(self, *words: str) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
        """A command that runs while the test goes on. It is killed if it outlives the block."""
        return running([cloud_engine().program, *words, "--non-interactive"], self.folder, self.env)

    def take_over(self, recorded: str) -> None:
        """Let the engine know a recorded state, whose secrets are in the clear, as this stack's own."""
        state = json.loads(recorded)
        fresh = json.loads(self.run("stack", "export").output)
        state["deployment"]["secrets_providers"] = fresh["deployment"]["secrets_providers"]
        self.run("stack", "import", stdin=json.dumps(state))

    def preview(self, *options: str, rules: str | None = None) -> Preview:
        """What an update would do, from the state as it is.

        Args:
            options: more of the engine's own options.
            rules: the configuration of the policy pack that it is held to: `production`. Default: no pack.
        """
        log = self.folder.parent / "events.json"
        pack = PROJECT / "policies"
        held = ("--policy-pack", str(pack), "--policy-pack-config", str(pack / f"{rules}.json")) if rules else ()
        # The engine hides its log of events among the options for those who debug it.
        debug = {"PULUMI_DEBUG_COMMANDS": "true"}
        done = self._ended(
            ("preview", "--json", "--refresh=false", "--event-log", str(log), *held, *options), env=debug
        )
        assert done.stdout.startswith("{"), done.stdout + done.stderr
        told = json.loads(done.stdout)
        said = "".join(each["message"] for each in told.get("diagnostics", []))
        printed = done.stdout + done.stderr
        return Preview(done.returncode, told["steps"], told["changeSummary"], said, printed, _violations(log))

    def _ended(
        self, words: Sequence[str], stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [cloud_engine().program, *words, "--non-interactive"],
            cwd=self.folder,
            env={**self.env, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def configure(self, spec: Any) -> None:
        """Put another spec into the stack file, beside the salt that the engine wrote there."""
        content = yaml.safe_load(self.file.read_text())
        content["config"][stack_files.SPEC] = spec
        self.file.write_text(yaml.safe_dump(content))

    def set(self, path: str, value: str) -> None:
        """Change one setting of the spec: `pulsar.broker.replicas`."""
        self.run("config", "set", "--path", f"{stack_files.SPEC}.{path}", value)

    def edit(self, path: str, old: str, new: str) -> None:
        """Change the program, which must say `old` once."""
        file = self.folder / path
        assert file.read_text().count(old) == 1, (
            f"{path} doesn't say {old!r} any more: this test needs another example."
        )
        file.write_text(file.read_text().replace(old, new))

    def raw_state(self) -> str:
        """All that is kept of the stack, as it lies on the disk."""
        return "\n".join(path.read_text() for path in self._state.rglob("*") if path.is_file())
