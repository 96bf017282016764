"""Bring the tables to the present version, as Django does, without what makes that slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db.migrations.state import ProjectState

OF_TABLES = ("_append_option", "_remove_option", "_alter_option", "rename_index")
"""What a state of models learns that only their tables have: indexes and constraints."""


def migrate() -> None:
    """Apply the migrations that are missing."""
    with classes_that_stay():
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def classes_that_stay() -> Iterator[None]:
    """Inside, an index or a constraint more does not make every class that is related to its model anew.

    Django does that 250 times in our history, which is two thirds of the time of a first start. SQLite, which makes
    a table anew out of its class, needs it; PostgreSQL takes indexes and constraints from the state itself.
    """
    before = {name: getattr(ProjectState, name) for name in OF_TABLES}
    for name, method in before.items():
        setattr(ProjectState, name, _without_reload(method))
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(ProjectState, name, method)


def _without_reload(method: Callable[..., None]) -> Callable[..., None]:
    def learn(state: Any, *given: Any) -> None:
        state.reload_model = lambda *_given, **_named: None
        try:
            method(state, *given)
        finally:
            del state.reload_model

    return learn
