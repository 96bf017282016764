"""Notices by mail: claimed, sent, marked.

A person's mails are sent by one worker at a time, under a lock that dies with its connection. What goes into a mail is
written down before the mail is handed over, so that a worker that is killed leaves behind a claim, and the next one
sends exactly that mail, under the same Message-ID (RFC 5322 3.6.4): see docs/decisions/0016-notices.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from keyuan.engine import mail
from keyuan.notices.models import Notice
from keyuan.notices.reading import still_visible
from keyuan.notices.showing import looked_up, plain
from keyuan.org.models import User
from keyuan.people.posting import language_of

LOCK = 20260116  # advisory, with the id of the person: one worker mails to them at a time
MOST = 50  # notices in one mail
STALE = timedelta(days=1)  # what the server has refused for so long is no news any more
State = Notice.Mail


def send_waiting(notice_id: int) -> bool:
    """Send what waits for the person of this notice: first what a killed worker has claimed, then what is due.

    Returns:
        False where another worker is mailing to the person: come again, for it may just have stopped looking.

    Raises:
        OSError, smtplib.SMTPException: the server does not take it; the job is tried again.
    """
    user_id = Notice.objects.filter(pk=notice_id).values_list("user_id", flat=True).first()
    if user_id is None:
        return True
    with _alone_for(user_id) as is_alone:
        while is_alone and (claimed := _claimed(user_id) or _claim(user_id)):
            _send(claimed)
    return is_alone


@contextmanager
def _alone_for(user_id: int) -> Iterator[bool]:
    """Whether no other worker mails to this person. The lock belongs to the session: it ends with a killed worker."""
    place = [LOCK, user_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", place)
        is_alone = cursor.fetchone()[0]
        try:
            yield is_alone
        finally:
            if is_alone and not connection.needs_rollback:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", place)


def _claimed(user_id: int) -> list[Notice]:
    """The mail that was claimed and not marked, if there is one."""
    stale = timezone.now() - STALE
    Notice.objects.filter(user=user_id, mail_state=State.CLAIMED, mail_after__lt=stale).update(mail_state=State.DROPPED)
    left = list(Notice.objects.filter(user=user_id, mail_state=State.CLAIMED).order_by("mail", "pk"))
    return [one for one in left if one.mail == left[0].mail]


def _claim(user_id: int) -> list[Notice]:
    """The next mail: what is due and still news."""
    due = {"user": user_id, "mail_state": State.WAITING, "mail_after__lte": timezone.now()}
    Notice.objects.filter(**due, read_at__isnull=False).update(mail_state=State.DROPPED)
    pks = list(Notice.objects.filter(**due).order_by("pk").values_list("pk", flat=True)[:MOST])
    if pks:
        Notice.objects.filter(pk__in=pks).update(mail_state=State.CLAIMED, mail=pks[0])
    return list(Notice.objects.filter(pk__in=pks).order_by("pk"))


def _send(claimed: list[Notice]) -> None:
    user = User.objects.filter(pk=claimed[0].user_id, is_active=True).exclude(email="").first()
    told = still_visible(user, claimed) if user is not None and mail.is_ready() else []
    if user is not None and told:
        with translation.override(language_of(user)):
            subject, text = _written(user, told)
        mail.send(user.email, subject, text, {"Message-ID": message_id(claimed[0])})
    ids, kept = [one.pk for one in claimed], [one.pk for one in told]
    Notice.objects.filter(pk__in=kept).update(mail_state=State.SENT)
    Notice.objects.filter(Q(pk__in=ids) & ~Q(pk__in=kept)).update(mail_state=State.DROPPED)


def message_id(first: Notice) -> str:
    """The same for every try to send this mail."""
    domain = mail.link("").partition("://")[2].partition("/")[0].partition(":")[0]
    return f"<notice-{first.mail or first.pk}@{domain or 'keyuan'}>"


def _written(user: User, told: list[Notice]) -> tuple[str, str]:
    """Subject and text, in the language that is active."""
    book = looked_up(user, told)
    lines = [(plain(one, book), mail.link(reverse("notices:open", args=[one.pk]))) for one in told]
    many = ngettext("%(n)d new notice", "%(n)d new notices", len(lines)) % {"n": len(lines)}
    context = {"person": user, "lines": lines, "preferences": mail.link(reverse("notices:preferences"))}
    return lines[0][0] if len(lines) == 1 else many, render_to_string("notices/mail.txt", context)
