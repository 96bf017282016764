"""The lists that rooms have declared, by module."""

from keyuan.ui.lists.page import ListOf

LISTS: dict[str, ListOf] = {}


def install_lists(*specs: ListOf) -> None:
    """Called once at start."""
    for spec in specs:
        LISTS[spec.catalogue.module] = spec
