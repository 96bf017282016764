"""How absences are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from typing import Any

from tests.visiting import CHIEF, Visit

ASKED = {"first": "2031-06-01", "last": "2031-06-05", "deputy": "ben"}
OF_SOMEBODY: Any = {"about": "user", "to": "/admin/users/"}
ABSENCE_VISITS = {
    "GET /account/absences/": Visit(),
    "POST /account/absences/": Visit(data=ASKED, to="/account/absences/"),
    "POST /account/absences/<int:pk>/end/": Visit(about="absence", to="/account/absences/"),
    "GET /admin/users/<int:pk>/absences/": Visit(CHIEF, about="user"),
    "POST /admin/users/<int:pk>/absences/": Visit(CHIEF, data=ASKED, **OF_SOMEBODY),
    "POST /admin/users/<int:pk>/absences/<int:absence>/end/": Visit(CHIEF, path={"absence": "@absence"}, **OF_SOMEBODY),
}
