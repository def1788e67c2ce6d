"""A relay from 127.0.0.1 on the host to the same ports inside a network namespace.

    relay.py NAMESPACE_FILE PORT ...

The listeners are made in the host's namespace; then the process joins the other one, so every connection is opened
there. The host reaches the cluster without a route, an interface or an iptables rule of its own, and nothing listens
on any other address. Runs as a program of its own: it needs nothing but the standard library.
"""

import asyncio
import ctypes
import os
import socket
import sys
from typing import cast

CLONE_NEWNET = 0x40000000
HIGH_WATER = 1 << 20


class Half(asyncio.Protocol):
    """One side of a relayed connection; what it reads is written to its peer, no faster than the peer takes it."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.peer: Half | None = None
        self._early: list[bytes] = []
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(HIGH_WATER)

    def join(self, peer: "Half") -> None:
        """Set the other side, and hand it what came in before."""
        self.peer = peer
        for data in self._early:
            self.data_received(data)
        self._early.clear()
        if self._ended:
            self.eof_received()

    def data_received(self, data: bytes) -> None:
        """Pass on what was read."""
        if self.peer is None:
            self._early.append(data)
        elif self.peer.transport is not None and not self.peer.transport.is_closing():
            self.peer.transport.write(data)

    def eof_received(self) -> bool:
        """Pass on the end of the stream, and keep the way back open."""
        self._ended = True
        other = self.peer.transport if self.peer is not None else None
        if other is not None and other.can_write_eof() and not other.is_closing():
            other.write_eof()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Close the other side too, after what is still to be written."""
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.abort() if exc else self.peer.transport.close()

    def pause_writing(self) -> None:
        """Stop reading from the peer while this side is full."""
        if self.peer is not None and self.peer.transport is not None and not self.peer.transport.is_closing():
            self.peer.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read from the peer again."""
        if self.peer is not None and self.peer.transport is not None and not self.peer.transport.is_closing():
            self.peer.transport.resume_reading()


class Front(Half):
    """The side that a program on the host connected to."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port
        self._dialing: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Dial the same port inside."""
        super().connection_made(transport)
        self._dialing = asyncio.get_running_loop().create_task(self._dial())

    async def _dial(self) -> None:
        back = Half()
        try:
            await asyncio.get_running_loop().create_connection(lambda: back, "127.0.0.1", self._port)
        except OSError:
            if self.transport is not None:
                self.transport.abort()
            return
        back.join(self)
        self.join(back)
        if self.transport is None or self.transport.is_closing():
            self.connection_lost(None)


def listeners(ports: list[int]) -> list[socket.socket]:
    """A listening socket on 127.0.0.1 for each port; OSError if one is taken."""
    made = []
    for port in ports:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(1024)
        listener.setblocking(False)
        made.append(listener)
    return made


def join_network(namespace: str) -> None:
    """Move this process into another network namespace; sockets that it has stay where they are."""
    descriptor = os.open(namespace, os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "the network namespace can't be joined")
    os.close(descriptor)


async def serve(sockets: list[socket.socket]) -> None:
    """Relay until the process is ended."""
    loop = asyncio.get_running_loop()
    for listener in sockets:
        port = listener.getsockname()[1]
        await loop.create_server(lambda port=port: Front(port), sock=listener, backlog=1024)
    await asyncio.Event().wait()


if __name__ == "__main__":
    opened = listeners([int(port) for port in sys.argv[2:]])
    join_network(sys.argv[1])
    asyncio.run(serve(opened))
