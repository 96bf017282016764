"""Searching for somebody who does not see every field: what they may not see leads them to nothing.

The search text of a record holds all its words. What such a person finds is read once more, without the words of
fields that are hidden or masked for them; numbers that they see in part are found by the whole number only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from keyuan.records.search_text import Kind

Texts = Callable[[Sequence[int]], dict[int, str]]


def named(word: str) -> Q:
    """The name holds the word, as written or by its sound: for words that more records hold than are read again."""
    return Q(name__icontains=word) | Q(sort_name__contains=word)


@dataclass(frozen=True)
class SearchLimits:
    """What may lead one person to the records of a list.

    Attributes:
        kinds: the kinds of search text that may be searched for any part of them.
        hides_words: some open text may not lead to a record, not only numbers and mail.
        hidden: from ids to the text that may not lead to each record, a fact a line.
        texts: from ids to the text that may; it is worked out only where the other one holds a word, too.
        whole: from a typed number to the ids of the records that have exactly this number, and may be found by it.
        named: the condition that a word stands in the name of a record, whoever asks.
    """

    kinds: frozenset[str]
    hides_words: bool
    hidden: Texts
    texts: Texts
    whole: Callable[[str], set[int]]
    named: Callable[[str], Q] = named

    def kept(self, ids: Iterable[int], words: Iterable[str]) -> list[int]:
        """Those of `ids` to which every word of two characters and more may lead."""
        found, longer = sorted(ids), [word for word in words if len(word) > 1]
        if not self.hides_words:
            return found
        hidden = self.hidden(found)
        doubtful = [pk for pk in found if any(holds(hidden.get(pk, ""), word) for word in longer)]
        if not doubtful:
            return found
        texts, whole = self.texts(doubtful), {word: self.whole(word) for word in longer}
        kept = (pk for pk in doubtful if all(pk in whole[word] or holds(texts.get(pk, ""), word) for word in longer))
        return sorted({*found} - {*doubtful} | {*kept})


def holds(text: str, word: str) -> bool:
    """Whether a search text holds a word; of one or two Latin letters or digits, where a word begins with them."""
    if len(word) <= 2 and word.isascii():
        return re.search(rf"(^|[^a-z0-9]){re.escape(word)}", text) is not None
    return word in text


ALL_KINDS = frozenset(Kind.values)
