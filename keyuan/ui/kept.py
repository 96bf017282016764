"""Pieces of HTML that are the same on every page one person opens: rendered once, then kept by the process.

A third of a list page is its frame. What a piece depends on is its key, `Frame.look`: it holds the state of the
reference data, so that new rights or another name make another key. The token of the form protection and the address
of the page differ each time; marks stand in their place.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from django.template import Context, Node, NodeList
from django.template.base import FilterExpression
from django.utils.html import escape
from django.utils.safestring import SafeString

ROOM = 3_000_000  # bytes, packed: some 2,500 pieces, which would take 12 MB as text
TOKEN, HERE = "\x02token\x03", "\x02here\x03"


class Pieces:
    """Packed texts by key; the longest unused make way for new ones.

    Args:
        room: bytes for all of them.
    """

    def __init__(self, room: int) -> None:
        self.room, self.taken = room, 0
        self._packed: OrderedDict[Any, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any) -> str | None:
        with self._lock:
            packed = self._packed.get(key)
            if packed is None:
                return None
            self._packed.move_to_end(key)
        return zlib.decompress(packed).decode()

    def put(self, key: Any, text: str) -> None:
        packed = zlib.compress(text.encode(), 1)
        with self._lock:
            self.taken += len(packed) - len(self._packed.pop(key, b""))
            self._packed[key] = packed
            while self.taken > self.room:
                self.taken -= len(self._packed.popitem(last=False)[1])


_PIECES = Pieces(ROOM)


class Kept(Node):
    """{% kept "top" %} … {% endkept %}. Further arguments join the key."""

    def __init__(self, name: str, also: list[FilterExpression], nodelist: NodeList) -> None:
        self.name, self.also, self.nodelist = name, also, nodelist

    def render(self, context: Context) -> SafeString:
        frame = context["frame"]
        if not frame.signed_in or context.get("here") == HERE:  # nobody's page, or inside a larger piece
            return self.nodelist.render(context)
        key = (self.name, frame.look, *(one.resolve(context) for one in self.also))
        piece = kept(key, lambda: self._render(context))
        if TOKEN in piece:
            piece = piece.replace(TOKEN, frame.token)
        return SafeString(piece.replace(HERE, escape(frame.here)))

    def _render(self, context: Context) -> str:
        with context.push(csrf_token=TOKEN, here=SafeString(HERE)):
            return self.nodelist.render(context)


def kept(key: Any, render: Callable[[], str]) -> str:
    """The piece under this key, rendered where there is none."""
    piece = _PIECES.get(key)
    if piece is None:
        piece = render()
        _PIECES.put(key, piece)
    return piece
