"""The engine's stand-ins with the real engine."""
