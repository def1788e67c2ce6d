"""Progress on long work: one line a step, with its time."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import TextIO


class Progress:
    """Prints numbered-by-time steps, and on a terminal the seconds that the running one has taken.

    A step's lines look the same in a log and on a terminal, so that a pasted log can be read:

        [  12.3s] cluster: containerd is up (0.8s)
    """

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._started = time.monotonic()
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """Print one line with the time since the start."""
        with self._lock:
            self._stream.write(f"[{time.monotonic() - self._started:6.1f}s] {text}\n")
            self._stream.flush()

    @contextlib.contextmanager
    def step(self, text: str, expect: str = "") -> Iterator[None]:
        """Announce `text`, and say how long it took when it is over.

        Args:
            text: what is being done.
            expect: how long it usually takes, for a step over some ten seconds ("about 4 minutes").
        """
        self.say(f"{text} …{f' ({expect})' if expect else ''}")
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"{text}: failed after {time.monotonic() - began:.1f}s")
            raise
        self.say(f"{text}: done ({time.monotonic() - began:.1f}s)")
