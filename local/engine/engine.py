"""An engine that is ready to run, and running it."""

import dataclasses
import os
import pathlib
import subprocess
from collections.abc import Mapping, Sequence

from local.paths import PROJECT
from local.problem import Problem


@dataclasses.dataclass(frozen=True)
class Engine:
    """A Pulumi CLI and all that it needs around it."""

    description: str
    """Which engine this is, and why, in one line."""
    program: pathlib.Path
    """The CLI."""
    settings: Mapping[str, str]
    """What the environment has to say besides what it says already."""

    @property
    def env(self) -> dict[str, str]:
        """The whole environment to run `pulumi` in."""
        return {**os.environ, **self.settings}

    def run(
        self,
        args: Sequence[str],
        *,
        stack: str | None,
        capture: bool = False,
        env: Mapping[str, str] | None = None,
        cwd: pathlib.Path = PROJECT,
        stdin: str | None = None,
    ) -> str:
        """Run a Pulumi command and wait for it.

        Ctrl-C reaches the command itself, which then ends what it is at; only its end is waited for here.

        Args:
            args: the arguments, such as `["up", "--yes"]`.
            stack: the stack that it is about; `None` for a command that takes none.
            capture: whether to return what it prints instead of showing it.
            env: more variables for this one command.
            cwd: the folder of the Pulumi project. Default: this one.
            stdin: what it reads, such as a secret, which a command line would show to everybody.

        Returns:
            What it printed, when captured; otherwise nothing.

        Raises:
            Problem: when it fails. What it said is in the problem when captured, else it was shown.
        """
        command = [str(self.program), *args, *(["--stack", stack] if stack else [])]
        pipe = subprocess.PIPE if capture else None
        source = None if stdin is None else subprocess.PIPE
        with subprocess.Popen(
            command, cwd=cwd, env={**self.env, **(env or {})}, stdin=source, stdout=pipe, stderr=pipe, text=True
        ) as process:
            interrupted = False
            while True:
                try:
                    printed, complaints = process.communicate(stdin)
                    break
                except KeyboardInterrupt:
                    interrupted = True
        if interrupted:
            raise KeyboardInterrupt
        if process.returncode:
            said = f":\n{(complaints or printed).strip()}" if capture else "; its own words are above."
            raise Problem(f"`pulumi {' '.join(args[:2])}` failed with exit code {process.returncode}{said}")
        return printed or ""
