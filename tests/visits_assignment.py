"""How the rules of assignment are called with success: a part of the table of the access matrix."""

from __future__ import annotations

from typing import Any

from tests.visiting import CHIEF, Visit

PAGE = "/admin/assignment/"
SPARE: Any = {"about": "assignment", "to": PAGE}
RULE = {"name": "轮流分配", "way": "turns", "people": "anna", "filter": ""}
ASSIGNMENT_VISITS = {
    f"GET {PAGE}": Visit(CHIEF),
    f"GET {PAGE}new/": Visit(CHIEF),
    f"POST {PAGE}new/": Visit(CHIEF, data=RULE, to=PAGE),
    f"GET {PAGE}effect/": Visit(CHIEF),
    f"GET {PAGE}response/": Visit(CHIEF),
    f"POST {PAGE}response/": Visit(CHIEF, data={"opens": "09:00", "closes": "18:00"}, to=f"{PAGE}response/"),
    f"POST {PAGE}apply/": Visit(CHIEF, to=PAGE),
    f"GET {PAGE}<int:pk>/": Visit(CHIEF, about="assignment"),
    f"POST {PAGE}<int:pk>/": Visit(CHIEF, data=RULE, **SPARE),
    f"POST {PAGE}<int:pk>/use/": Visit(CHIEF, **SPARE),
    f"POST {PAGE}<int:pk>/shift/": Visit(CHIEF, data={"to": "up"}, **SPARE),
    f"POST {PAGE}<int:pk>/delete/": Visit(CHIEF, **SPARE),
}
