"""What comes in: a strict JSON body, known parameters only, and values of the right shape for each field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.forms import RecordForm, form_data
from keyuan.records.kinds import (
    Choice,
    Choices,
    Coded,
    Date,
    Fixed,
    InDepartment,
    Link,
    Names,
    Number,
    Person,
    Several,
    Tags,
    YesNo,
)
from keyuan.records.kinds.kind import Kind
from keyuan.records.namebook import NameBook
from keyuan.ui.rest.problems import Errors, Problem, refused

DEEPEST, LONGEST_KEY = 40, 100
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
READ_ONLY = ("id", "version", "custom", "pool")


# Bodies


def body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body.

    Raises:
        Problem: 400 for anything else, 415 for another content type.
    """
    kind = request.content_type or ""
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise Problem(415, _("Send the header Content-Type: application/json."))
    found = parsed(request.body)
    if not isinstance(found, dict):
        raise Problem(400, _("The body must be a JSON object."))
    return found


def parsed(raw: bytes) -> Any:
    """The JSON that `raw` holds. Raises Problem for damaged, too deep and unstorable text."""
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Problem(400, _("The body is no valid JSON.")) from error
    _check(found, 1)
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Problem(400, _("The body is nested too deeply."))
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise Problem(400, _("The text holds characters that cannot be stored."))
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise Problem(400, _("A number is too large."))
    if isinstance(value, dict):
        for name, inner in value.items():
            _check(name, depth)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


def expect(given: dict[str, Any], **types: type | tuple[type, ...]) -> dict[str, Any]:
    """The members of a body that is not a record, each of its type.

    Args:
        types: the type of each member that may be there; a missing one is absent from what is returned.

    Raises:
        Problem: 422 that names unknown members and those of the wrong type.
    """
    errors: Errors = {}
    for name, value in given.items():
        if name not in types:
            errors[name[:LONGEST_KEY]] = [unknown(name)]
        elif not isinstance(value, types[name]) or (isinstance(value, bool) and types[name] is not bool):
            errors[name] = [wrong_type(name)]
    if errors:
        raise refused(errors)
    return given


def unknown(name: str) -> str:
    return _("There is no field “%(field)s”.") % {"field": name[:60]}


def wrong_type(name: Any) -> str:
    return _("“%(field)s” has a value of the wrong type.") % {"field": str(name)[:60]}


def parameters(request: HttpRequest, known: Iterable[str]) -> dict[str, str]:
    """The parameters in the address. Raises Problem 422 that names unknown ones and damaged texts."""
    errors: Errors = {}
    given = {name: str(value) for name, value in request.GET.items()}
    for name, value in given.items():
        if name not in known:
            sentence = _("There is no parameter “%(name)s”.") % {"name": name[:60]}
            errors[name[:LONGEST_KEY].replace("\0", "")] = [sentence]
        elif UNSTORABLE.search(value):
            errors[name] = [_("The text holds characters that cannot be stored.")]
    if errors:
        raise refused(errors)
    return given


def whole_number(name: str, text: str, least: int, most: int) -> int:
    """A whole number of a parameter. Raises Problem 422 unless it lies between `least` and `most`."""
    if text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most:
        return int(text)
    words = {"name": name, "least": least, "most": most}
    raise refused({name: [_("“%(name)s” must be a number from %(least)d to %(most)d.") % words]})


# Records


def truth(name: str, text: str) -> bool:
    """The parameter as true or false.

    Raises:
        Problem: 422, it is neither.
    """
    if text not in ("true", "false"):
        raise Problem(422, _("%(name)s is true or false.") % {"name": name}, {name: [wrong_type(name)]})
    return text == "true"


def fill(
    form_class: type[RecordForm],
    given: dict[str, Any],
    *,
    by: User,
    instance: Any = None,
    fixed: dict[str, Any] | None = None,
) -> RecordForm:
    """A valid form with what was given: the same gate as on the pages.

    Args:
        instance: the record to change; then only the given fields change. None for a new one, whose absent fields
            take the values that a new form begins with.

    Raises:
        Problem: 422 with the sentences of every field, unknown and read-only ones too.
    """
    catalogue, book = form_class.catalogue, NameBook(by)
    writable = form_class.writable(by, is_new=instance is None)
    errors = _names(catalogue, by, given, writable) | _shapes(catalogue, given, book)
    if errors:
        raise refused(errors)
    data = form_data(catalogue, {name: _plain(catalogue.fields[name].kind, value) for name, value in given.items()})
    only = list(given) if instance is not None else None
    if instance is None:
        data = _presets(form_class, by, book) | data
    form = form_class(data, by=by, instance=instance, only=only, fixed=fixed, book=book)
    if not form.is_valid():
        raise refused({name: [str(one) for one in found] for name, found in form.errors.items()})
    return form


def _presets(form_class: type[RecordForm], by: User, book: NameBook) -> dict[str, Any]:
    fields = form_class.catalogue.fields
    raw = form_class(by=by, book=book).defaults()
    offered = form_class.catalogue.fillable_fields(by)
    return {name: fields[name].kind.typed(value, book) for name, value in raw.items() if name in offered}


def _names(catalogue: Catalogue, by: User, given: dict[str, Any], writable: dict[str, Field]) -> Errors:
    """Sentences for names that are no fields, or not for filling in."""
    visible = catalogue.visible_fields(by)
    errors: Errors = {}
    for name in given:
        if name in writable:
            continue
        if name in visible or name in READ_ONLY:
            errors[name] = [_("“%(field)s” cannot be written here.") % {"field": name}]
        else:
            errors[name[:LONGEST_KEY]] = [unknown(name)]
    return errors


def _shapes(catalogue: Catalogue, given: dict[str, Any], book: NameBook) -> Errors:
    fields = catalogue.fields
    wrong = [name for name, value in given.items() if name in fields and not fits(fields[name], value, book)]
    return {name: [wrong_type(fields[name].label)] for name in wrong}


def fits(field: Field, value: Any, book: NameBook) -> bool:
    """Whether JSON of this shape can be a value of `field` at all."""
    kind = field.kind
    if value is None:
        return True
    if isinstance(kind, YesNo):
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if isinstance(kind, Tags):
        return isinstance(value, str) or (isinstance(value, list) and all(_is_tag(one, book) for one in value))
    if isinstance(kind, Choices):
        return isinstance(value, str) or (isinstance(value, list) and all(_is_choice(one) for one in value))
    if isinstance(kind, Several):
        return isinstance(value, list) and all(_is_link(one) for one in value)
    if isinstance(kind, (Choice, Fixed, Coded)):
        return _is_choice(value)
    if kind.points or isinstance(kind, (Person, Link, InDepartment)):
        return _is_link(value)
    if isinstance(kind, Names):
        return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))
    if isinstance(kind, Number):
        return isinstance(value, (str, int, float))
    if isinstance(kind, Date):
        return isinstance(value, str)
    return isinstance(value, (str, int))


def _is_choice(value: Any) -> bool:
    if isinstance(value, dict):
        value = value.get("value")
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _is_link(value: Any) -> bool:
    if isinstance(value, dict):
        value = value.get("id")
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _is_tag(value: Any, book: NameBook) -> bool:
    if isinstance(value, dict):
        value = value.get("id", value.get("name"))
    if isinstance(value, int) and not isinstance(value, bool):
        return value in book.tags
    return isinstance(value, str)


def _plain(kind: Kind, value: Any) -> Any:
    """Objects as the one member that says which; names of tags as they are."""
    if isinstance(kind, Tags) and isinstance(value, list):
        return [one.get("id", one.get("name")) if isinstance(one, dict) else one for one in value]
    return value


# Versions


def wanted_version(request: HttpRequest) -> int:
    """The version in If-Match. Raises Problem: 428 without the header, 412 when it is not one of ours."""
    text = request.headers.get("If-Match")
    example = 'If-Match: "3"'
    if text is None:
        raise Problem(428, _("Send the version that you have read, such as %(example)s.") % {"example": example})
    found = re.fullmatch(r'(?:W/)?"?([0-9]{1,9})"?', text.strip())
    if found is None:
        raise Problem(412, _("Send the version that you have read, such as %(example)s.") % {"example": example})
    return int(found[1])
