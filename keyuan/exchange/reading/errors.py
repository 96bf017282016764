"""Why a file can't be read."""

from keyuan.records.errors import RuleBroken


class Unreadable(RuleBroken):
    """This file can't be read; the sentence names the place and the reason."""
