"""How much a Prometheus holds, and what it needs for it."""

from ..durations import Duration
from ..model import Bytes

_SAMPLE = 2
"""Bytes of a stored sample, generously (Prometheus' documentation on storage: 1 to 2)."""


def volume_size(series: int, *, retention: Duration, interval: Duration) -> Bytes:
    """How large a volume is: the samples, a quarter for the log and compaction; 2Gi at the least."""
    samples = series * retention // interval
    return Bytes(max(2, -(-samples * _SAMPLE * 5 // 4 // (1 << 30))) << 30)


def kept_size(volume: Bytes) -> str:
    """How much of a volume may be filled: before it is full, the oldest samples go."""
    return f"{volume * 4 // 5 // (1 << 20)}MB"


def too_little_memory(memory: Bytes, series: int) -> str | None:
    """What is wrong with a memory that doesn't hold the series: some 8Ki for each, and 256Mi."""
    least = Bytes((256 << 20) + 8192 * series)
    if memory >= least:
        return None
    return f"{memory} is too little for {series} series. Use at least {least.mebibytes + 1}Mi, or fewer series."
