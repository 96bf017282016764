"""Every address of the product with its audience: read by tests, by `keyuan routes`, and by the check at start."""

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import get_converters

from keyuan.ui.audience import audience_of

API = "api/"


def every_route() -> list[dict[str, Any]]:
    """One entry per pattern: path, name, methods (None: any), audience (None: undeclared), parameters by kind."""
    return [*pages(), *operations()]


def undeclared() -> list[str]:
    """Paths that nobody said who may enter."""
    return [route["path"] for route in every_route() if route["audience"] is None]


def pages() -> list[dict[str, Any]]:
    return [page(*found) for found in walk(get_resolver()) if not found[0].startswith(API)]


def walk(resolver: URLResolver, path: str = "", names: tuple[str, ...] = ()) -> Iterator[tuple[str, str, URLPattern]]:
    """Path, full name and pattern of every leaf below the resolver."""
    for entry in resolver.url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, here, (*names, entry.namespace) if entry.namespace else names)
        else:
            yield here, ":".join((*names, entry.name or "")), entry


def page(path: str, name: str, pattern: URLPattern) -> dict[str, Any]:
    audience = audience_of(pattern.callback)
    return {
        "path": f"/{path}",
        "name": name,
        "methods": methods(pattern.callback),
        "audience": str(audience) if audience else None,
        "parameters": parameters(pattern),
    }


def parameters(pattern: URLPattern) -> dict[str, str]:
    kinds = {type(converter): kind for kind, converter in get_converters().items()}
    return {name: kinds.get(type(one), "str") for name, one in pattern.pattern.converters.items()}


def methods(view: Any) -> list[str] | None:
    """What require_http_methods and its kin let through, or what a class view answers; None when anything goes."""
    if view_class := getattr(view, "view_class", None):
        return [name.upper() for name in view_class.http_method_names if hasattr(view_class, name)]
    while view is not None:
        if allowed := enclosed(view).get("request_method_list"):
            return list(allowed)
        view = getattr(view, "__wrapped__", None)
    return None


def enclosed(function: Any) -> dict[str, Any]:
    """What a function took along from where it was made."""
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    cells = getattr(function, "__closure__", None) or ()
    return {name: cell.cell_contents for name, cell in zip(names, cells, strict=False)}


def operations() -> list[dict[str, Any]]:
    """The API's operations, once the composition root has mounted an API under api/."""
    return [operation for view, path in api_views() for operation in api_operations(view, path)]


def api_views() -> Iterator[tuple[Any, str]]:
    for path, _, pattern in walk(get_resolver()):
        if path.startswith(API):
            yield pattern.callback, f"/{path}"


def api_operations(view: Any, path: str) -> Iterator[dict[str, Any]]:
    """django-ninja binds its views to a PathView, which holds one operation per set of methods."""
    owner = getattr(view, "__self__", None) or enclosed(view).get("self")
    held = getattr(owner, "operations", None)
    if not held:
        audience = audience_of(view)
        yield {
            "path": path,
            "name": "",
            "methods": methods(view),
            "audience": said(audience),
            "parameters": {},
        }
        return
    for operation in held:
        yield {
            "path": path,
            "name": operation.view_func.__name__,
            "methods": list(operation.methods),
            "audience": api_audience(operation),
            "parameters": dict.fromkeys(getattr(operation.signature, "path_params_names", ()), "api"),
        }


def api_audience(operation: Any) -> str | None:
    """Declared on the function, else 'signed-in' where the API asks for authentication."""
    audience = audience_of(operation.view_func)
    if audience:
        return str(audience)
    return "signed-in" if operation.auth_callbacks else None


def said(audience: Any) -> str | None:
    return str(audience) if audience else None


@checks.register("urls")
def every_route_has_an_audience(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuses to start while a route does not say who may enter."""
    hint = "Decorate the view with public, signed_in, may(module, operation) or administrators of keyuan.ui.audience."
    return [
        checks.Error(f"{path} does not declare who may enter.", hint=hint, id="keyuan.E001") for path in undeclared()
    ]
