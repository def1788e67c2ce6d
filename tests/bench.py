"""`make bench`: how long people wait, as medians over several runs, beside a baseline measured in the same runs.

The baseline applies the rendered manifests with one API client and waits for nothing: what the cluster and Pulsar
themselves take. Each round measures both, in turn, on an empty namespace, so that a busy machine slows both alike.
"""

import argparse
import functools
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable

import kubernetes
import pulsar

from evaluation import program, render, stack_files
from local import reach, stacks, up
from local.paths import PROJECT
from local.progress import Progress
from tests import frames, reviews
from tests.engine.trial import descendants

FIRST_MESSAGE = "pulumi up on an empty namespace, to the first message"
BASELINE = "the same manifests applied at once, to the first message"


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--preview", metavar="STACK", help="only preview this stack, with stand-ins for its cloud")
    parser.add_argument("--review", metavar="STACK", help="only review a change of this stack, in three ways")
    parser.add_argument("--frames", action="store_true", help="only the demo page's frames, beside a stack that is up")
    chosen = parser.parse_args()
    runs = chosen.runs
    if chosen.frames:
        return _frames(runs)
    if chosen.review:
        reviews.measure(chosen.review, runs)
        return 0
    if chosen.preview:
        return _previews(chosen.preview, runs)
    progress = Progress()
    stack = stacks.read("local")
    selected = up.prepare(stack, progress)
    endpoints = reach.fixed_endpoints(stack)
    assert endpoints
    api = reach.core_api(stack, stacks.kubeconfig(stack, selected))
    samples: dict[str, list[float]] = {}

    def take(name: str, action: Callable[[], object]) -> None:
        began = time.monotonic()
        action()
        samples.setdefault(name, []).append(time.monotonic() - began)
        progress.say(f"{name}: {samples[name][-1]:.1f} s")

    def quiet(*words: str) -> None:
        selected.run([*words], capture=True)

    for number in range(runs):
        progress.say(f"round {number + 1} of {runs}")
        quiet("destroy", "--yes", "--skip-preview")
        take(FIRST_MESSAGE, lambda: _beside(lambda: quiet("up", "--yes", "--skip-preview"), endpoints))
        take("second pulumi up", lambda: quiet("up", "--yes", "--skip-preview"))
        take("pulumi preview", lambda: quiet("preview"))
        take("pulumi destroy", lambda: quiet("destroy", "--yes", "--skip-preview"))
        take(BASELINE, lambda: (_apply(api), _first_message(endpoints, threading.Event())))
        _delete_namespace(api, stack.spec.pulsar.namespace)
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, "-m", "evaluation", "render", "local", folder]
            take("make render", functools.partial(_run, words))
    with tempfile.TemporaryDirectory() as folder:
        memory = _peak([sys.executable, "-m", "evaluation", "render", "local", folder])
    quiet("up", "--yes", "--skip-preview")
    _print(samples, memory)
    reviews.measure("aws", runs)
    return _frames(min(runs, 3))


def _previews(stack: str, runs: int) -> int:
    """Measure the preview of a stack from nothing, with no cluster and no cloud, and all of its processes together."""
    from tests.previews.project import Project

    with tempfile.TemporaryDirectory() as folder:
        project = Project(pathlib.Path(folder), stack)
        shown = project.preview()
        seconds, memory, spent = [], [], []
        for _ in range(runs):
            before, began = reviews.processor_seconds(), time.monotonic()
            with Memory(os.getpid()) as used:
                shown = project.preview()
            seconds.append(time.monotonic() - began)
            spent.append(reviews.processor_seconds() - before)
            memory.append(used.peak)
    print(f"pulumi preview of {stack}, {sum(shown.counts.values())} resources, {runs} runs:")
    print(f"  {statistics.median(seconds):.1f} s (median), {min(seconds):.1f} to {max(seconds):.1f} s")
    print(f"  {statistics.median(spent):.1f} s of processor time (median)")
    print(f"  {max(memory):.0f} MiB at most: engine, language host, program and plugins together")
    return shown.code


def _frames(runs: int) -> int:
    """Draw the demo page in a browser while 1,000 messages a second come, and while none does, in turn."""
    endpoints = reach.fixed_endpoints(stacks.read("local"))
    assert endpoints
    seen: dict[int, list[frames.Drawn]] = {0: [], 1000: []}
    with frames.measuring(endpoints) as measure:
        for _ in range(runs):
            for rate, found in seen.items():
                found.append(measure(rate, 20))
                print(found[-1])
    print(f"\nframes drawn at 1,000 messages a second: {frames.share(seen[1000], seen[0]):.2f} of those drawn at none")
    return 0


class Memory:
    """The most memory that a process's descendants have at once while the block runs, in MiB.

    Pages that they share count once (proportional set size).
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.peak = max(self.peak, sum(map(_proportional, descendants(self._pid))))


def _proportional(pid: int) -> float:
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def _run(words: list[str]) -> None:
    subprocess.run(words, cwd=PROJECT, check=True, capture_output=True)


def _beside(update: Callable[[], None], endpoints: reach.Endpoints) -> None:
    """Run the update, and return when the first message has come back, which a client tries from the start."""
    failed = threading.Event()
    problem: list[BaseException] = []

    def run() -> None:
        try:
            update()
        except BaseException as error:
            problem.append(error)
            failed.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        _first_message(endpoints, failed)
        arrived = time.monotonic()
    finally:
        thread.join()
    if problem:
        raise problem[0]
    # What the engine still did after the message was there is part of what a person waits for.
    print(f"    the engine ended {time.monotonic() - arrived:.1f} s after the first message", file=sys.stderr)


def _first_message(endpoints: reach.Endpoints, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with urllib.request.urlopen(f"{endpoints.http}/admin/v2/brokers/ready", timeout=2):
                break
        except OSError:
            time.sleep(0.05)
    topic = f"persistent://public/default/bench-{time.time_ns()}"
    client = pulsar.Client(
        endpoints.pulsar, operation_timeout_seconds=30, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error)
    )
    consumer = client.subscribe(topic, "bench", initial_position=pulsar.InitialPosition.Earliest)
    client.create_producer(topic).send(b"first")
    assert consumer.receive(timeout_millis=30000).data() == b"first"
    client.close()


def _apply(api) -> None:
    client = kubernetes.dynamic.DynamicClient(api.api_client)
    rendered = render.manifests(program.evaluate("local", stack_files.read("local")))
    namespaces_first = sorted(rendered.values(), key=lambda manifest: manifest["kind"] != "Namespace")
    for manifest in namespaces_first:
        kind = client.resources.get(api_version=manifest["apiVersion"], kind=manifest["kind"])
        metadata = manifest["metadata"]
        where = {"namespace": metadata["namespace"]} if "namespace" in metadata else {}
        kind.server_side_apply(body=manifest, name=metadata["name"], **where, field_manager="bench")


def _delete_namespace(api, name: str) -> None:
    api.delete_namespace(name)
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if name not in {each.metadata.name for each in api.list_namespace().items}:
            return
        time.sleep(0.5)
    raise TimeoutError(f"the namespace {name} was not gone after 180 s")


def _peak(words: list[str]) -> float:
    """The largest resident memory of one command, in MiB."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    return float(
        subprocess.run(
            [sys.executable, "-c", code, *words], cwd=PROJECT, check=True, capture_output=True, text=True
        ).stdout
    )


def _print(samples: dict[str, list[float]], memory: float) -> None:
    width = max(map(len, samples))
    print(f"\n{'':{width}}   median      min      max   ({len(samples[FIRST_MESSAGE])} runs)")
    for name, values in samples.items():
        print(f"{name:{width}} {statistics.median(values):7.1f}s {min(values):7.1f}s {max(values):7.1f}s")
    ratios = [ours / base for ours, base in zip(samples[FIRST_MESSAGE], samples[BASELINE], strict=True)]
    print(f"\nthe engine's share: {statistics.median(ratios):.2f} times the baseline, run by run")
    print(f"peak memory of the program (import, validate, register, render): {memory:.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())
