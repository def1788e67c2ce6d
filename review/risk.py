"""How much a change asks of those who use Pulsar."""

import enum


class Risk(enum.IntEnum):
    """From what nobody notices to what can't be undone; a report is as risky as the worst that it holds."""

    HARMLESS = 0
    """Nobody notices, and it can be taken back."""
    ROLLS = 1
    """Pods are started again one after another, as they are in every upgrade."""
    NOTICED = 2
    """Clients or those who operate Pulsar notice: another address, other limits, other costs."""
    INTERRUPTS = 3
    """Something is away for a while, or is made anew."""
    DATA = 4
    """Messages, metadata or what was set in Pulsar may be lost, or the step can't be taken back."""
    REFUSED = 5
    """`pulumi up` ends with an error before anything of it happens."""

    @property
    def word(self) -> str:
        """As a command line and a report in JSON write it."""
        return _WORDS[self]

    @property
    def verdict(self) -> str:
        """As the top of a report says it."""
        return _VERDICTS[self]


_WORDS = {
    Risk.HARMLESS: "harmless",
    Risk.ROLLS: "rolls",
    Risk.NOTICED: "noticed",
    Risk.INTERRUPTS: "interrupts",
    Risk.DATA: "data",
    Risk.REFUSED: "refused",
}
_VERDICTS = {
    Risk.HARMLESS: "Harmless: no pod is started again and no client notices.",
    Risk.ROLLS: "Pods roll, and clients go on.",
    Risk.NOTICED: "Clients or operators notice it.",
    Risk.INTERRUPTS: "Something is away for a while, or is made anew.",
    Risk.DATA: "Data is at risk, or there is no way back.",
    Risk.REFUSED: "It will be refused, and nothing of what follows happens.",
}
BY_WORD = {risk.word: risk for risk in Risk}
