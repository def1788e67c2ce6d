"""The example functions, applied in this pod as Pulsar's worker would: no copies of them, the same files."""

import json
import logging
import os
import pathlib
import subprocess
from collections.abc import Iterator
from typing import Any

log = logging.getLogger("functions")

CODE = pathlib.Path(os.environ.get("DEMO_CODE", "/demo"))
"""The folder with the example functions' files, all in one."""
JARS = pathlib.Path("/pulsar/lib")
COMPILED_WITH = ("pulsar-functions-api", "pulsar-client-api", "jackson-core", "jackson-databind", "slf4j-api")
"""Of the jars, what the compiler must know. It expands no wildcard, and all of them would take it seconds."""
TENANT, NAMESPACE = "public", "demo"


class _Context:
    """What the sentiment function asks of its surroundings."""

    def get_user_config_value(self, key: str) -> None:
        """Nothing is set: the function's own defaults hold."""

    def record_metric(self, name: str, value: float) -> None:
        """Nobody asks for them here."""


class Sentiment:
    """examples/functions/sentiment, in this process."""

    def __init__(self) -> None:
        from sentiment import Sentiment as Function

        self._function, self._context = Function(), _Context()

    def apply(self, payload: str) -> Iterator[tuple[str | None, str | None, str]]:
        """Where to (`None`: the function's output), the key, and the message."""
        yield None, None, self._function.process(payload, self._context)


class Weather:
    """examples/functions/weather, in a small JVM beside this process, compiled from its sources when it starts."""

    SOURCES = ("Reading.java", "Report.java", "Weather.java", "Apply.java")

    def __init__(self, classes: pathlib.Path = pathlib.Path("/tmp/classes")) -> None:  # noqa: S108 - the pod's own
        self._classes = classes
        self._process: subprocess.Popen[str] | None = None

    def apply(self, payload: str) -> Iterator[tuple[str | None, str | None, str]]:
        """Where to (`None`: the function's output), the key, and the message."""
        if self._process is None or self._process.poll() is not None:
            self._process = self._start()
        to, back = self._process.stdin, self._process.stdout
        if to is None or back is None:
            return
        print(payload, file=to, flush=True)
        for line in back:
            if not line.startswith("{"):
                log.info("weather: %s", line.rstrip())
                continue
            said: dict[str, Any] = json.loads(line)
            if said["value"] is not None:
                yield said.get("topic"), said.get("key"), json.dumps(said["value"], ensure_ascii=False)
            if "topic" not in said:
                return
        raise RuntimeError(f"the JVM ended with {self._process.wait()}")

    def _start(self) -> subprocess.Popen[str]:
        path = f"{self._classes}:{JARS}/*"
        small = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k")
        if not (self._classes / "Apply.class").exists():
            sources = [str(CODE / name) for name in self.SOURCES]
            known = [str(jar) for name in COMPILED_WITH for jar in sorted(JARS.glob(f"*{name}-[0-9]*.jar"))]
            # As a module: an image with a runtime alone has the compiler, and no program named javac.
            compiler = ("java", "-Xmx64m", *small, "-m", "jdk.compiler/com.sun.tools.javac.Main", "-proc:none")
            subprocess.run([*compiler, "-cp", ":".join(known), "-d", str(self._classes), *sources], check=True)
        words = ["java", "-Xmx24m", *small, "-cp", path, "Apply", "org.example.weather.Weather", TENANT, NAMESPACE]
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
