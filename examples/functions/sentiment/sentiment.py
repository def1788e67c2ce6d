"""How a text feels: a function in one file, without any model to download.

In: text. Out: JSON such as `{"text": "not bad", "mood": "good", "score": 0.5}`.
"""

import json
import re

from pulsar import Function

WEIGHTS = {
    **dict.fromkeys(("amazing", "awesome", "brilliant", "excellent", "fantastic", "love", "perfect", "wonderful"), 2),
    **dict.fromkeys(("easy", "fast", "fine", "glad", "good", "great", "happy", "helpful", "like", "nice", "thanks"), 1),
    **dict.fromkeys(("bad", "boring", "broken", "confusing", "fail", "poor", "sad", "slow", "ugly", "wrong"), -1),
    **dict.fromkeys(("angry", "awful", "disgusting", "hate", "horrible", "terrible", "useless", "worst"), -2),
}
"""What a word says by itself."""
NEGATIONS = {"no", "not", "never", "isn't", "wasn't", "don't", "doesn't", "didn't", "can't", "won't"}
"""Words that turn the next words around."""
REACH = 2
"""How many words a negation reaches over: "not very good"."""
STRONGER = {"very", "really", "so", "extremely"}
"""Words that make the next one count half as much again."""
DAMPED = -0.5
"""What a negation leaves: "not bad" is less than "good"."""

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


def score(text: str) -> float:
    """The mean weight of the words that say something, from -2 to 2 (with "very" up to 3); 0.0 where none does."""
    words = _WORD.findall(text.lower().replace("’", "'"))  # noqa: RUF001 - what phones write for an apostrophe
    found: list[float] = []
    for place, word in enumerate(words):
        weight: float = WEIGHTS.get(word, 0)
        if not weight:
            continue
        before = words[max(0, place - REACH) : place]
        if before and before[-1] in STRONGER:
            weight *= 1.5
        if NEGATIONS & set(before):
            weight *= DAMPED
        found.append(weight)
    return round(sum(found) / len(found), 3) if found else 0.0


class Sentiment(Function):
    """Scores every text. User configuration: `threshold`, from which on a text is good or bad (default 0.25)."""

    def process(self, input, context):  # noqa: A002 - Pulsar's interface calls it so
        """One text."""
        # Pulsar hands a text that looks like a number over as a number.
        text = str(input)
        value = score(text)
        threshold = float(context.get_user_config_value("threshold") or 0.25)
        mood = "good" if value >= threshold else "bad" if value <= -threshold else "neutral"
        context.record_metric(f"mood_{mood}", 1)
        return json.dumps({"text": text, "mood": mood, "score": value})
