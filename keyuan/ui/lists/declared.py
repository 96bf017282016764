"""What rooms say about their lists: the views that they have, and what their rows need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue
from keyuan.records.models import SavedView
from keyuan.records.namebook import NameBook
from keyuan.records.query import Node

if TYPE_CHECKING:
    from keyuan.ui.lists.page import ListPage

_SEARCH_HINT = gettext_lazy("Simple search: name, phone, pinyin")


@dataclass(frozen=True)
class View:
    """One tab of a list: a named filter. System views are declared by rooms; people save their own.

    Attributes:
        serves: whether it is there for somebody at all.
    """

    key: str
    label: Any
    icon: str = "filter"
    node: Node | None = None
    hot: bool = False
    columns: tuple[str, ...] = ()
    sort: str = ""
    saved: SavedView | None = None
    serves: Callable[[User], bool] = lambda user: True


@dataclass(frozen=True)
class ListOf:
    """What a room says about its list.

    Attributes:
        route: name of the list's route, such as `customers:list`; `route` + `_count` and `_bulk` exist too.
        load: fetches what the rows of one page need, in a fixed number of queries.
        needs: columns that every row needs, whatever is shown; `loaded` are fields that `load` brings.
        related: foreign keys that are joined; `related_columns` only where their column is shown.
        explain: says per record what a search matched, where it was not the name.
        name_cell: the first cell of a row, from the record, the names and what the search matched.
        on_phone: where a phone shows which columns: `mark` beside the name, `second` and `third` line, `… end` at its
            right, `… said` with the label of the field. Other columns are not shown there.
        bulk, none: templates of the buttons of the selection bar, and of the empty list.
        search_hint: what the search box of the list says before somebody types.
        name: under which columns and views of the list are kept; "" is the module.
        columns: what it shows at first, where that is not what the catalogue says.
        page: the class of its pages, where that is not `ListPage`.
        ends: the heading of a cell at the end of each row, in which something can be done; "" where there is none.
    """

    catalogue: Catalogue
    route: str
    title: Any
    views: tuple[View, ...]
    template: str
    name_cell: Callable[[Any, NameBook, str], SafeString]
    load: Callable[[list[Any], NameBook], None] = lambda rows, book: None
    on_phone: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    related_columns: tuple[str, ...] = ()
    explain: Callable[[list[Any], tuple[str, ...], NameBook], dict[int, str]] | None = None
    bulk: str = ""
    none: str = "ui/lists/nothing.html"
    search_hint: Any = _SEARCH_HINT
    extra: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    columns: tuple[str, ...] = ()
    page: type[ListPage] | None = None
    ends: Any = ""

    @property
    def key(self) -> str:
        return self.name or self.catalogue.module
