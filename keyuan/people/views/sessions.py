"""One's own sessions: where one is signed in, ending them, and what was new about a sign-in (L6)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keyuan.org import sessions
from keyuan.org.http import Request
from keyuan.org.kept import Place
from keyuan.ui import signing_log
from keyuan.ui.audience import signed_in
from keyuan.ui.pages import toast


def this_one(request: Request) -> str:
    """The public key of the session of this request."""
    return str(request.session.public_key)  # type: ignore[attr-defined]


@require_POST
@signed_in
def session_end(request: Request, key: str) -> HttpResponse:
    """End one session; whoever sits there is asked to sign in with their next click."""
    if key == this_one(request):
        return redirect("people:account")
    if sessions.end(request.user, key):
        signing_log.write(request, "session_ended", request.user)
        toast(request, _("Signed out there"))
    return redirect("people:account")


@require_POST
@signed_in
def sessions_end(request: Request) -> HttpResponse:
    """End all sessions but this one."""
    number = sessions.end_others(request.user, this_one(request))
    if number:
        signing_log.write(request, "session_ended", request.user)
    said = ngettext("%(n)d other session was ended", "%(n)d other sessions were ended", number)
    toast(request, said % {"n": number} if number else _("There is no other session"))
    return redirect("people:account")


@require_POST
@signed_in
def place_known(request: Request, pk: int) -> HttpResponse:
    """“That was me”: said in another session than the one that began there."""
    place = get_object_or_404(Place.objects.exclude(session_key=this_one(request)), pk=pk, user=request.user)
    place.is_news = False
    place.save(update_fields=["is_news"])
    return redirect("people:account")
