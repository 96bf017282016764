"""Inputs of record forms. They work as plain controls; scripts of the page kit enrich them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


class Cascade(forms.TextInput):
    """A place in a reference tree: a text that is understood, or a cascade where scripts run.

    Args:
        url: answers `?under=CODE` with [[code, name, whether more lie below], …].
        tree: names the code that is filled in.
    """

    def __init__(self, url: str, tree: Any) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.url, self.tree = url, tree

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        label = " / ".join(self.tree.path(value)) if value and self.tree.exists(value) else value or ""
        control = super().render(name, value, attrs, renderer)
        return format_html(
            '<region-picker data-url="{}" data-label="{}" data-placeholder="{}">{}</region-picker>',
            self.url,
            label,
            _("Choose"),
            control,
        )


class Picker(forms.TextInput):
    """Another record, or several, found by typing; without script the input takes names.

    Args:
        url: answers `?q=` with [[id, name, hint], …].
        chosen: names by id of what the record has.
        many: several may be chosen.
    """

    def __init__(self, url: str, chosen: Callable[[list[str]], dict[int, str]], *, many: bool = False) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.url, self.chosen, self.many = url, chosen, many

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return [one for one in several(data, name) if one] if self.many else data.get(name)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = list(map(str, value)) if isinstance(value, list) else [str(value)] if value not in (None, "") else []
        known = self.chosen([one for one in given if one.isdecimal()])
        typed = [known.get(int(one), one) if one.isdecimal() else one for one in given]
        control = super().render(name, "、".join(typed), attrs, renderer)
        return format_html(
            '<record-picker data-url="{}" data-chosen="{}" data-remove="{}" data-nothing="{}"{}>{}</record-picker>',
            self.url,
            json.dumps(list(known.items()), ensure_ascii=False),
            _("Remove {name}"),
            _("Nothing found"),
            SafeString(" data-many" if self.many else ""),
            control,
        )


class Pills(forms.SelectMultiple):
    """A few options of which several may be chosen, each a check box."""

    def __init__(self, label: Any, choices: list[tuple[str, str]]) -> None:
        super().__init__(choices=choices)
        self.label = label

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return several(data, name)

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return f"{id_}_0" if id_ and self.choices else id_

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(map(str, value or []))
        base = (attrs or {}).get("id", f"id_{name}")
        boxes = format_html_join(
            "",
            '<label class="pill" for="{}_{}"><input class="form-check-input" type="checkbox" '
            'name="{}" id="{}_{}" value="{}"{}>{}</label>',
            (
                (base, place, name, base, place, key, " checked" if key in chosen else "", label)
                for place, (key, label) in enumerate(self.choices)
            ),
        )
        return format_html('<div class="pills" role="group" aria-label="{}">{}</div>', self.label, boxes)


class TagInput(forms.TextInput):
    """Tags with commas between them, with suggestions."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.names = names

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return several(data, name)

    def format_value(self, value: Any) -> str:
        return "、".join(value) if isinstance(value, list) else value or ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attrs = dict(attrs or {})
        known = f"{attrs.get('id', name)}_known"
        control = super().render(name, value, attrs | {"list": known}, renderer)
        options = format_html_join("", '<option value="{}">', ((one,) for one in self.names))
        return format_html('{}<datalist id="{}">{}</datalist>', control, known, options)


def several(data: Any, name: str) -> list[str]:
    """Several values under one name, or one text with separators."""
    values = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
    return [values] if isinstance(values, str) else list(values)
