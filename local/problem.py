"""The one exception that ends a local command with a sentence instead of a traceback."""


class Problem(Exception):
    """What went wrong and the way out, as the person at the terminal should read it."""
