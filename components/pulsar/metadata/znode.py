"""Whether a ZooKeeper ensemble has a node: a program that runs in Pulsar's pods, where a JVM would take seconds.

It speaks the few bytes of ZooKeeper's protocol that take (connect, exists, close), with Python's standard library
alone: the image's own start scripts are Python, so it is always there. `python3 -c … NODE HOST:PORT,…` ends with 0 when
the node exists, 1 when it doesn't, and 2 when no member answers for the ensemble.
"""

import random
import socket
import struct
import sys
import time


def exists(node: str, servers: str, seconds: float = 2) -> bool | None:
    """Ask the members, one after the other, until one answers; None when none does.

    Args:
        node: its path.
        servers: `HOST:PORT,HOST:PORT`; a host may stand for several members.
        seconds: how long all of it may take.
    """
    deadline = time.monotonic() + seconds
    members: list[tuple[str, int]] = []
    for server in servers.split(","):
        host, _, port = server.rpartition(":")
        try:
            found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
        except OSError:
            continue
        members += [(str(each[4][0]), int(port)) for each in found]
    # A member whose node is gone takes its whole share of the time: not each time the first.
    random.shuffle(members)
    for member in members:
        try:
            with socket.create_connection(member, timeout=min(seconds / 3, deadline - time.monotonic())) as link:
                path = node.encode()
                link.sendall(
                    struct.pack(">iiqiqi16s?", 45, 0, 0, 10000, 0, 16, b"", False)
                    + struct.pack(f">iiii{len(path)}s?", 13 + len(path), 1, 3, len(path), path, False)
                    + struct.pack(">iii", 8, 2, -11)
                )
                reply = b"".join(iter(lambda: link.recv(4096), b""))
            (greeting,) = struct.unpack_from(">i", reply)
            (error,) = struct.unpack_from(">i", reply, 4 + greeting + 16)
        except (OSError, ValueError, struct.error):
            continue
        if error in (0, -101):
            return error == 0
    return None


if __name__ == "__main__":
    sys.exit({True: 0, False: 1, None: 2}[exists(sys.argv[1], sys.argv[2])])
