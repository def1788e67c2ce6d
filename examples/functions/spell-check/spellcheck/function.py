"""The function itself."""

import json

from pulsar import Function

from . import words


class SpellCheck(Function):
    """Corrects every text. In: text. Out: JSON with `text`, `corrected` and `corrections`.

    User configuration: `words`, further known words with commas between them.
    """

    def __init__(self):
        self._known = None

    def process(self, input, context):  # noqa: A002 - Pulsar's interface calls it so
        """One text."""
        if self._known is None:
            self._known = words.known(str(context.get_user_config_value("words") or "").split(","))
        # Pulsar hands a text that looks like a number over as a number.
        text = str(input)
        right, corrections = words.corrected(text, self._known)
        context.record_metric("corrections", len(corrections))
        return json.dumps({"text": text, "corrected": right, "corrections": corrections})
