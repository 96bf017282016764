"""The pieces of text that the search index holds: one rule, here for queries and in SQL for the index.

Chinese and every other script that is not plain Latin: each character, and each two that stand together. Latin
letters and digits: each three that stand together, and the first one and two of each word, marked with `^`.
The text must be normalised (`keyuan.records.text.normalise`): capitals are not part of any word.

The index belongs on a column with collation "C": there regular expressions are several times faster. Measured on
PostgreSQL 18: 0.2 µs for each gram, 50 µs for the text of a customer with two contacts. Cutting words with `substr`
takes half the time of going through the letters one by one. What is part of a word before it (a short name, the
sound of a name without its place) is not cut again: a sixth of all grams, which the index would sort out for more.
"""

from __future__ import annotations

import re

_PIECES = re.compile("([a-z0-9]+)|([^\x00-\xbf\u2000-\u206f\u3000-\u3004\u3006\u3008-\u303f]+)")

GRAMS_SQL = r"""
CREATE OR REPLACE FUNCTION grams(body text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $grams$
DECLARE
    wide text := regexp_replace(body, '[\x01-\xbf\u2000-\u206f\u3000-\u3004\u3006\u3008-\u303f]+', ' ', 'g');
    found text[] := string_to_array(replace(wide, ' ', ''), NULL);
    cut text := '';
    piece text;
BEGIN
    FOREACH piece IN ARRAY string_to_array(regexp_replace(body, '[^a-z0-9]+', ' ', 'g'), ' ') LOOP
        IF piece <> '' AND strpos(cut, piece) > 0 THEN
            found := found || ARRAY['^' || left(piece, 1), '^' || left(piece, 2)];
        ELSIF piece <> '' THEN
            cut := cut || ' ' || piece;
            piece := '^' || piece;
            found := found || left(piece, 2);
            FOR place IN 1 .. length(piece) - 2 LOOP
                found := found || substr(piece, place, 3);
            END LOOP;
        END IF;
    END LOOP;
    cut := '';
    FOREACH piece IN ARRAY string_to_array(wide, ' ') LOOP
        IF length(piece) > 1 AND strpos(cut, piece) = 0 THEN
            cut := cut || ' ' || piece;
            FOR place IN 1 .. length(piece) - 1 LOOP
                found := found || substr(piece, place, 2);
            END LOOP;
        END IF;
    END LOOP;
    RETURN found;
END $grams$;
"""
"""`grams(text)` for PostgreSQL 15 or newer. A gram that stands twice in the text may stand twice in the array."""

DROP_GRAMS_SQL = "DROP FUNCTION IF EXISTS grams(text)"


def grams(body: str) -> set[str]:
    """The grams of a normalised text, as the SQL function finds them."""
    found: set[str] = set()
    for word, wide in _PIECES.findall(body):
        found.update(_of_word("^" + word) if word else _of_wide(wide))
    return found


def _of_word(marked: str) -> set[str]:
    return {marked[:2], marked[:3]} | _runs(marked[1:], 3)


def _of_wide(run: str) -> set[str]:
    return set(run) | _runs(run, 2)


def _runs(text: str, length: int) -> set[str]:
    return {text[start : start + length] for start in range(len(text) - length + 1)}


def query_grams(query: str) -> list[str]:
    """The grams that every text holding these words must have, each once, in the order of the query.

    One character of a wide script asks for itself, more for each two of them; three or more letters for each three;
    one or two letters for words that begin with them.

    Args:
        query: normalised; words between blanks.

    Returns:
        Empty where nothing in the query is indexed (only punctuation).
    """
    found: dict[str, None] = {}
    for word in query.split():
        found |= dict.fromkeys(_of_query_word(word))
    return list(found)


def _of_query_word(word: str) -> list[str]:
    pieces = _PIECES.findall(word)
    found: list[str] = []
    for place, (letters, wide) in enumerate(pieces):
        if wide:
            found += [wide] if len(wide) == 1 else _in_order(wide, 2)
        elif len(letters) > 2:
            found += _in_order(letters, 3)
        elif len(pieces) == 1 or place > 0:
            found.append("^" + letters)
    return found


def _in_order(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(len(text) - length + 1)]


def contains_pattern(word: str) -> str:
    r"""The LIKE pattern for texts that contain `word`: `%`, `_` and `\` in it mean themselves."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"
