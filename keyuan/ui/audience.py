"""Who may enter a view. Every view declares its audience; the process refuses to start if one does not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from keyuan.ui import again

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Audience:
    """`public`, `signed-in`, `may` (with module and operation) or `administrators`.

    Attributes:
        also: further modules whose `operation` opens it as well.
    """

    kind: str
    module: str = ""
    operation: str = ""
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        modules = " or ".join(one for one in (self.module, *self.also) if one)
        return " ".join(word for word in (self.kind, modules, self.operation) if word)

    def admits(self, user: Any) -> bool:
        """Whether this person may enter. An anonymous visitor enters public views only."""
        if self.kind == "public":
            return True
        if not user.is_authenticated:
            return False
        if self.kind == "may":
            return any(user.may(one, self.operation) for one in (self.module, *self.also))
        return self.kind == "signed-in" or bool(user.is_administrator)


PUBLIC, SIGNED_IN, ADMINISTRATORS = (
    Audience("public"),
    Audience("signed-in"),
    Audience("administrators"),
)


def declared(audience: Audience) -> Callable[[View], View]:
    """A decorator that writes the audience on a view of its own, so that one function may serve two audiences."""

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            return again.entered(view, args, kwargs)

        entered.audience = audience  # type: ignore[attr-defined]
        return entered  # type: ignore[return-value]

    return decorate


def public(view: View) -> View:
    """Anybody may enter, also without signing in."""
    return declared(PUBLIC)(view)


def signed_in(view: View) -> View:
    """Everybody who has signed in."""
    return declared(SIGNED_IN)(view)


def administrators(view: View) -> View:
    """Those who may edit the settings."""
    return declared(ADMINISTRATORS)(view)


def may(module: str, operation: str, also: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Those whose roles grant `operation` on `module`, or on one of those in `also`; for everybody else the page does
    not exist."""
    return declared(Audience("may", str(module), str(operation), also))


def audience_of(view: Any) -> Audience | None:
    """What the view, or the class or function it wraps, declares."""
    found = getattr(view, "audience", None) or getattr(getattr(view, "view_class", None), "audience", None)
    return found if isinstance(found, Audience) else None
