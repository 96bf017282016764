"""Mails about accounts: the link for a forgotten password, and the news of a sign-in in a new place."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from keyuan.engine import mail
from keyuan.org.kept import Place
from keyuan.org.links import issue_link
from keyuan.org.models import User


def send_link(user_id: int) -> None:
    """Mail a fresh link. Nobody, no address, a disabled account or too many links: nothing happens."""
    user = User.objects.people().filter(pk=user_id, is_active=True).exclude(email="").first()
    token = issue_link(user) if user and mail.is_ready() else None
    if user and token:
        address = mail.link(reverse("people:password_link", args=[token]))
        with translation.override(language_of(user)):
            text = render_to_string("people/mail/link.txt", {"person": user, "address": address})
            mail.send(user.email, _("Set a new password"), text)


def tell_place(place_id: int) -> None:
    """Mail that somebody has signed in in a new place."""
    place = Place.objects.select_related("user").filter(pk=place_id, is_news=True).first()
    if place and place.user.email and mail.is_ready():
        with translation.override(language_of(place.user)):
            context = {"person": place.user, "place": place, "address": mail.link(reverse("people:account"))}
            text = render_to_string("people/mail/place.txt", context)
            mail.send(place.user.email, _("A sign-in on a new device or from a new address"), text)


def language_of(user: User) -> str:
    """Chinese, unless the person has chosen otherwise."""
    return str(user.preferences.get("language") or "zh-hans")
