"""Pieces of HTML that are the same on every page one person opens: rendered once, then kept by the process.

A third of a list page is its frame. What a piece depends on is its key, `Frame.look`: it holds the state of the
reference data, so that new rights or another name make another key. The token of the form protection and the address
of the page differ each time; marks stand in their place.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from django.template import Context, Node, NodeList
from django.template.base import FilterExpression
from django.utils.html import escape
from django.utils.safestring import SafeString

PIECES = 2_000  # of about 4 KB
TOKEN, HERE = "\x02token\x03", "\x02here\x03"

_PIECES: OrderedDict[Any, str] = OrderedDict()


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
    """The piece under this key; the longest unused make way for new ones."""
    piece = _PIECES.pop(key, None)
    if piece is None:
        piece = render()
    _PIECES[key] = piece
    while len(_PIECES) > PIECES:
        _PIECES.popitem(last=False)
    return piece
