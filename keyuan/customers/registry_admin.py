"""Choosing the business registry."""

from __future__ import annotations

from django.db import transaction

from keyuan.customers import registry
from keyuan.customers.lists_admin import log
from keyuan.org.administrators import require_administrator
from keyuan.org.models import User

SECRETS = ("key", "secret", "headers")


@transaction.atomic
def choose_registry(chosen: registry.Config, *, by: User) -> None:
    """Keep another choice. The log says what changed; of secrets only that they did.

    Raises:
        NotAllowed: `by` is no administrator.
    """
    require_administrator(by)
    before = registry.config()
    registry.choose(chosen)
    names = [name for name in chosen if before.get(name) != chosen[name]]
    if names:
        told = [{name: "…" if name in SECRETS else values.get(name) for name in names} for values in (before, chosen)]
        log("setting", 0, "edited", by, *told)
