"""A request behind the door: somebody has signed in."""

from django.http import HttpRequest

from keyuan.org.models import User


class Request(HttpRequest):
    """Views whose audience is not public get this: `user` is never anonymous."""

    user: User
