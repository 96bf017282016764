"""The lists that rooms have declared: one by module, and others of the same records under a name of their own."""

from keyuan.ui.lists.page import ListOf

LISTS: dict[str, ListOf] = {}
FURTHER: dict[str, ListOf] = {}


def install_lists(*specs: ListOf) -> None:
    """Called once at start."""
    for spec in specs:
        (FURTHER if spec.name else LISTS)[spec.key] = spec


def list_named(key: str) -> ListOf | None:
    """The list of this module or name."""
    return LISTS.get(key) or FURTHER.get(key)
