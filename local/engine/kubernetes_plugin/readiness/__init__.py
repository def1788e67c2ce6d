"""When an object is ready, and why it is not."""

from .deletion import wait_until_gone
from .waiting import Wait, check_annotations, is_awaited, look, wait_until_ready

__all__ = ["Wait", "check_annotations", "is_awaited", "look", "wait_until_gone", "wait_until_ready"]
