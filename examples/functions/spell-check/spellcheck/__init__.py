"""A spell checker as a Pulsar function of several files."""

from .function import SpellCheck

__all__ = ["SpellCheck"]
