"""Modules that are loaded when they are first used.

What only some processes need does not lie in the memory of all: `xlsxwriter` is for jobs that make exports, psycopg
for everybody but the supervisor.
"""

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module; asked for anything, it loads it.

    Args:
        name: of the module, with dots.
    """

    def __init__(self, name: str) -> None:
        self.__module = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self.__module), attribute)
