"""The tags and filters every template may use. What they write is worked out in ui/formats.py and ui/cells.py."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, Select, Textarea
from django.template.base import Parser, Token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from keyuan.org.models import User
from keyuan.records.forms import Held
from keyuan.ui import cells, formats
from keyuan.ui.kept import Kept

register = template.Library()

register.simple_tag(cells.icon, name="icon")
register.simple_tag(cells.avatar, name="avatar")
register.simple_tag(cells.person, name="person")
register.simple_tag(cells.status, name="status")
register.simple_tag(cells.tag, name="tag")
register.simple_tag(cells.user_tag, name="user_tag")
register.simple_tag(cells.last_follow_up, name="last_follow_up")
register.simple_tag(cells.next_contact, name="next_contact")
register.simple_tag(cells.spark, name="spark")

register.filter("money", cells.money)
register.filter("money_short", cells.money_short)
register.filter("ago", cells.ago)
register.filter("day", cells.day)
register.filter("phone_display", cells.phone)
register.filter("uscc_display", cells.uscc)
register.filter("count", formats.count)
register.filter("clock", formats.clock)
register.filter("moment", formats.moment)
register.filter("percent", formats.percent)
register.filter("change", formats.change)
register.filter("file_size", formats.file_size)


@register.filter
def may(user: User, right: str) -> bool:
    """{% if request.user|may:"campaign view" %}: whether the person may do this with records of this module at all."""
    module, operation = right.split()
    return user.is_authenticated and user.may(module, operation)


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """{% kept "top" %} … {% endkept %}: a piece of the frame that is rendered once (see ui/kept.py)."""
    _tag, name, *also = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(name.strip('"'), [parser.compile_filter(one) for one in also], nodelist)


@register.simple_block_tag
def panel(
    content: str,
    title: str,
    count: Any = "",
    icon: str = "",
    line: bool = False,
    more: str = "",
) -> str:
    """{% panel title=… count=… line=True more=url %} … {% endpanel %}: a card with a heading."""
    context = {
        "title": title,
        "count": count,
        "icon": icon,
        "line": line,
        "more": more,
        "content": content,
    }
    return render_to_string("ui/panel.html", context)


@register.simple_block_tag
def popover(
    content: str,
    label: str,
    icon: str = "",
    kind: str = "btn",
    end: bool = False,
    title: str = "",
    count: Any = "",
) -> str:
    """{% popover label=… icon=… kind="btn|ib|lnk" end=True %} … {% endpopover %}: a button and what it opens."""
    context = {
        "label": label,
        "icon": icon,
        "kind": kind,
        "end": end,
        "title": title,
        "count": count,
    }
    return render_to_string("ui/popover.html", context | {"content": content})


@register.simple_block_tag
def field_group(content: str, title: str, note: str = "") -> str:
    """{% field_group title=… note=… %} rows of ui/fact.html {% endfield_group %}: one block of a record's fields."""
    return render_to_string("ui/field_group.html", {"title": title, "note": note, "content": content})


@register.simple_block_tag
def empty(content: str, title: str, text: str = "", icon: str = "inbox", alert: bool = False) -> str:
    """{% empty title=… text=… icon=… %} buttons {% endempty %}: nothing here, and what to do about it."""
    context = {
        "title": title,
        "text": text,
        "icon": icon,
        "alert": alert,
        "content": content,
    }
    return render_to_string("ui/empty.html", context)


@register.simple_block_tag
def note(content: str, kind: str = "", icon: str = "info-circle") -> str:
    """{% note kind="warn|bad|ok|a" icon=… %} … {% endnote %}: a sentence that must be seen."""
    return render_to_string("ui/note.html", {"kind": kind, "icon": icon, "content": content})


@register.simple_tag
def field(bound: BoundField | Held | str, hint: str = "", full: bool = False, label: str = "", **attrs: Any) -> str:
    """{% field form.phone hint=… full=True %}: label, input, error and hint, tied together for screen readers.

    Nothing where the form does not have the field, and only its value where it is not to be filled in.
    """
    if isinstance(bound, str):
        return ""
    if isinstance(bound, Held):
        return render_to_string("ui/held.html", {"label": bound.label, "text": bound.text, "full": full})
    described = [f"{bound.auto_id}-error"] if bound.errors else []
    hint = hint or str(bound.help_text)
    described += [f"{bound.auto_id}-hint"] if hint else []
    context = {
        "id": bound.id_for_label,
        "base": bound.auto_id,
        "name": bound.name,
        "label": label or bound.label,
        "required": bound.field.required,
        "error": " ".join(str(error) for error in bound.errors),
        "hint": hint,
        "full": full,
        "check": isinstance(bound.field.widget, CheckboxInput),
        "password": getattr(bound.field.widget, "input_type", "") == "password",
        "input": bound.as_widget(attrs=widget_attrs(bound, described) | dashed(attrs)),
    }
    return render_to_string("ui/field.html", context)


def widget_attrs(bound: BoundField, described: list[str]) -> dict[str, Any]:
    given = bound.field.widget.attrs
    attrs: dict[str, Any] = {"class": f"{control(bound)} {given.get('class', '')}".strip()}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs |= {"aria-invalid": "true", "class": f"{attrs['class']} is-bad"}
    if bound.field.required:
        attrs["aria-required"] = "true"
    if isinstance(bound.field.widget, Textarea):
        attrs["rows"] = given.get("rows") if str(given.get("rows")) != "10" else 3
    return attrs


def control(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


def dashed(attrs: dict[str, Any]) -> dict[str, Any]:
    """data_region=… in a template becomes data-region."""
    return {name.replace("_", "-"): value for name, value in attrs.items()}


@register.simple_tag
def mark(inverse: bool = False) -> SafeString:
    """The mark of the product."""
    ground, ring, faint = ("#fff", "#2450c8", ".55") if inverse else ("#2450c8", "#fff", ".62")
    return mark_safe(
        '<svg class="kx-mark" viewBox="0 0 24 24" aria-hidden="true">'
        f'<rect width="24" height="24" rx="6" fill="{ground}"/>'
        f'<circle cx="9.6" cy="12" r="4.4" fill="none" stroke="{ring}" stroke-width="1.9"/>'
        f'<circle cx="14.4" cy="12" r="4.4" fill="none" stroke="{ring}" stroke-width="1.9" stroke-opacity="{faint}"/>'
        "</svg>"
    )
