"""A request behind the door: somebody has signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:  # the frame is imported before there are models
    from keyuan.org.models import User


class Request(HttpRequest):
    """Views whose audience is not public get this: `user` is never anonymous."""

    user: User
