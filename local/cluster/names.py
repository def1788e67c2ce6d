"""A question to the cluster's name service, asked from inside its network: does a name that must be there resolve?"""

import contextlib
import pathlib
import socket
import struct
import threading
import time

from local.problem import Problem

from . import relay
from .layout import Layout

NAME = "kubernetes.default.svc.cluster.local"
PATIENCE_SECONDS = 0.25


def question(name: str, identity: int) -> bytes:
    """A DNS query for a name's IPv4 address."""
    labels = b"".join(struct.pack("B", len(label)) + label.encode() for label in name.split("."))
    return struct.pack(">6H", identity, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 1, 1)


def is_answer(packet: bytes, identity: int) -> bool:
    """Whether a packet answers the query with at least one record and no error."""
    if len(packet) < 12:
        return False
    got, flags, _, answers = struct.unpack(">4H", packet[:8])
    return got == identity and flags & 0x800F == 0x8000 and answers > 0


def wait(layout: Layout, init: int, timeout_seconds: float) -> None:
    """Wait until names resolve. `init` is a process in the cluster's network."""
    made: list[socket.socket] = []

    def make() -> None:
        # A thread has a network namespace of its own choice, and a socket stays in the one that it was made in.
        with contextlib.suppress(OSError):
            relay.join_network(str(pathlib.Path("/proc") / str(init) / "ns" / "net"))
            made.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if not made:
        raise Problem("The cluster's network can't be entered. Take the cluster down and up again.")
    with made[0] as client:
        client.settimeout(PATIENCE_SECONDS)
        deadline = time.monotonic() + timeout_seconds
        identity = 0
        while time.monotonic() < deadline:
            identity += 1
            with contextlib.suppress(OSError):
                client.sendto(question(NAME, identity), (layout.dns_address, 53))
                if is_answer(client.recv(512), identity):
                    return
    raise Problem(f"The cluster's name service did not resolve {NAME} in {timeout_seconds:.0f} s.")
