"""How the administration of pools is called with success: a part of the table of the access matrix."""

from __future__ import annotations

from typing import Any

from tests.visiting import CHIEF, Visit

PAGE = "/admin/pools/"
SPARE: Any = {"about": "spare_pool", "to": PAGE}
RULES = {"name": "新公海", "recycles": "on", "follow_up": 3, "joined": "any"}
POOL_ADMIN_VISITS = {
    f"GET {PAGE}": Visit(CHIEF),
    f"GET {PAGE}new/": Visit(CHIEF, data={"kind": "lead"}),
    f"POST {PAGE}new/": Visit(CHIEF, data=RULES, to=PAGE),
    f"GET {PAGE}<int:pk>/": Visit(CHIEF, about="spare_pool"),
    f"POST {PAGE}<int:pk>/": Visit(CHIEF, data=RULES, **SPARE),
    f"GET {PAGE}<int:pk>/touched/": Visit(CHIEF, about="spare_pool"),
    f"POST {PAGE}<int:pk>/use/": Visit(CHIEF, **SPARE),
    f"POST {PAGE}<int:pk>/shift/": Visit(CHIEF, data={"to": "up"}, **SPARE),
}
