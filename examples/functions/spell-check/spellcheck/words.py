"""The words that are known, and the known word that a written one is nearest to."""

import pathlib
import re
import string
from collections.abc import Iterable, Iterator, Mapping

LIST = pathlib.Path(__file__).parent / "words.txt"
"""The most frequent word first."""
LONGEST = 40
"""Longer "words" are none: they are left alone."""
_LINK = r"\S+(?:://|@)\S+"
_WORD = re.compile(rf"{_LINK}|(?<!\w)[A-Za-z]+(?:'[A-Za-z]+)?(?!\w)")


def known(more: Iterable[str] = ()) -> Mapping[str, int]:
    """Every known word with its rank; the lower, the more frequent."""
    words = [*LIST.read_text(encoding="utf-8").split(), *(word.strip().lower() for word in more)]
    return {word: rank for rank, word in reversed([*enumerate(words)]) if word}


def one_edit_away(word: str) -> Iterator[str]:
    """Every string that one letter more, less, other or two swapped make of it (Damerau's distance of 1)."""
    letters = string.ascii_lowercase + "'"
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in letters)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in letters)


def suggestion(word: str, words: Mapping[str, int]) -> str | None:
    """The known word that was meant: the most frequent one within one edit, then within two. None where it is right."""
    written = word.lower()
    if written in words or len(written) > LONGEST or len(written) < 3:
        return None
    near = {candidate for candidate in one_edit_away(written) if candidate in words}
    if not near and len(written) > 4:
        near = {far for close in set(one_edit_away(written)) for far in one_edit_away(close) if far in words}
    if not near:
        return None
    best = min(near, key=lambda candidate: words[candidate])
    return best.capitalize() if word[0].isupper() else best


def corrected(text: str, words: Mapping[str, int]) -> tuple[str, dict[str, str]]:
    """The text with every misspelt word put right, and what was put right."""
    found: dict[str, str] = {}

    def better(match: re.Match[str]) -> str:
        right = None if re.fullmatch(_LINK, match[0]) else suggestion(match[0], words)
        if right is None:
            return match[0]
        found[match[0]] = right
        return right

    return _WORD.sub(better, text), found
