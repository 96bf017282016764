"""Notices say what is true when they are shown, as far as their reader may see it then."""

import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keyuan.activities.fields import FOLLOW_UP
from keyuan.activities.models import FollowUp, Plan
from keyuan.activities.telling import tell_followed
from keyuan.customers.models import Customer
from keyuan.notices import mailing
from keyuan.notices.kinds import KINDS
from keyuan.notices.models import Notice
from keyuan.notices.news import in_words, news_of
from keyuan.notices.showing import entries
from keyuan.org.models import Grant, Role, User
from keyuan.org.rights import load_rights_of
from keyuan.org.tokens import issue
from tests.make import make_customer, make_follow_up, make_plan, make_role, make_user

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=30)
GONE = "What this notice was about is no longer there"


@pytest.fixture
def customer(cast):
    return make_customer("海曙精密", owner=cast.anna)


@pytest.fixture
def follow_up(cast, customer):
    """Ben's, on Anna's customer: she has been told."""
    made = make_follow_up(customer, "对方要两份报价", by=cast.ben)
    tell_followed(made, cast.ben)
    return made


def everywhere(user):
    """What this person reads of their notices, wherever it stands."""
    user = User.objects.get(pk=user.pk)
    client = Client()
    client.cookies["keyuan_language"] = "en"
    client.force_login(user)
    token = {"Authorization": f"Bearer {issue(user, 'write', None)}"}
    listed = client.get("/api/v1/notices", headers=token).json()
    notices = list(Notice.objects.filter(user=user).order_by("pk"))
    return {
        "page": client.get("/notices/").content.decode(),
        "panel": client.get("/notices/panel/").content.decode(),
        "api": json.dumps(listed, ensure_ascii=False),
        "api, one": client.post(f"/api/v1/notices/{notices[-1].pk}/read", headers=token).content.decode(),
        "mail": "\n".join(mailing._written(user, notices)),
        "toast": json.dumps(toasts([user]), ensure_ascii=False),
    }


def toasts(people):
    people = list(User.objects.filter(pk__in=[one.pk for one in people]))
    Notice.objects.filter(user__in=people).update(read_at=None)
    load_rights_of(people)
    return in_words((one, 0, "en") for one in news_of(people).values())


def test_a_corrected_follow_up_is_told_in_its_new_words(cast, customer, follow_up):
    assert all("对方要两份报价" in text for text in everywhere(cast.anna).values())
    follow_up.edit(by=cast.ben, content="对方要三份合同")
    customer.edit(by=cast.anna, name="海曙精密机械")

    for place, text in everywhere(cast.anna).items():
        assert "对方要三份合同" in text, place
        assert "海曙精密机械" in text, place
        assert "报价" not in text, place


def test_a_notice_keeps_no_words_of_its_record(cast, customer, follow_up):
    plan = make_plan("拜访顾总", owner=cast.anna, starts_at=timezone.now() + SOON, participants=[cast.ben.pk])
    plan.edit(by=cast.anna, starts_at=timezone.now() + timedelta(days=2))
    plan.cancel(by=cast.anna)

    found = dict(Notice.objects.values_list("kind", "details"))
    assert found == {
        "follow_up.written": {},
        "plan.invited": {},
        "plan.moved": {"at": plan.starts_at.isoformat(), "all_day": False},
        "plan.cancelled": {},
    }


def test_what_was_told_before_with_its_words_is_shown_in_the_present_ones(cast, customer, follow_up):
    old = {"customer": "旧的名称", "content": "旧的内容", "subject": "旧的主题", "at": None, "all_day": False}
    plan = make_plan("新的主题", owner=cast.anna, starts_at=timezone.now() + SOON, customer=customer, by=cast.anna)
    for kind in ("plan.reminder", "plan.invited", "plan.moved", "plan.cancelled", "plan.overdue"):
        more = {"owner": cast.ben.pk, "days": 3}
        Notice.objects.create(user=cast.anna, kind=kind, record_id=plan.pk, by=cast.ben, key=kind, details=old | more)
    Notice.objects.filter(kind="follow_up.written").update(details=old)

    for place, text in everywhere(cast.anna).items():
        assert "旧的" not in text, place
        assert "新的主题" in text or place == "api, one", place
    said = [str(one.sentence) for one in entries(cast.anna, Notice.objects.filter(user=cast.anna).order_by("pk"))]
    assert said[0] == "<b>Ben</b> followed up “海曙精密”: 对方要两份报价"
    assert said[3] == "<b>Ben</b> moved <b>新的主题</b> · 海曙精密 to without a time"
    assert said[5] == "Ben: <b>新的主题</b> · 海曙精密 is 3 days late"


def test_a_field_that_a_role_hides_later_is_in_no_notice(cast, follow_up, monkeypatch):
    monkeypatch.setitem(FOLLOW_UP.fields, "content", replace(FOLLOW_UP.fields["content"], limitable=True))
    assert all("两份报价" in text for text in everywhere(cast.anna).values())
    for right in ("hidden", "masked"):
        Grant.objects.filter(role__name="rep", module="follow_up").update(fields={"content": right})
        for place, text in everywhere(cast.anna).items():
            assert "报价" not in text, place
            assert "海曙精密" in text, place


def test_who_takes_part_without_seeing_the_customer_is_not_told_its_name(cast, customer):
    make_plan(
        "拜访顾总", owner=cast.anna, starts_at=timezone.now() + SOON, customer=customer, participants=[cast.olga.pk]
    )

    for place, text in everywhere(cast.olga).items():
        assert "拜访顾总" in text, place
        assert "海曙" not in text, place


def test_each_move_says_to_when_it_went(cast):
    at = timezone.localtime().replace(hour=9, minute=0) + timedelta(days=30)
    plan = make_plan("拜访顾总", owner=cast.anna, starts_at=at, participants=[cast.ben.pk])
    for days in (1, 2):
        plan.edit(by=cast.anna, starts_at=at + timedelta(days=days))

    said = [str(one.sentence) for one in entries(cast.ben, Notice.objects.filter(user=cast.ben).order_by("pk"))]
    invited, first, second = (text.split("</b>")[-1].split()[-1] for text in said)
    assert invited == second
    assert first != second


def test_what_is_deleted_is_not_told_and_between_two_looks_a_sentence_says_so(cast, customer, follow_up):
    found = list(Notice.objects.filter(user=cast.anna))
    FollowUp.rows.filter(pk=follow_up.pk).update(deleted_at=timezone.now())

    assert [str(one.sentence) for one in entries(cast.anna, found)] == [GONE]
    assert GONE in mailing._written(cast.anna, found)[0]
    for text in (everywhere(cast.anna)[place] for place in ("page", "panel", "toast")):
        assert "海曙精密" not in text
        assert GONE not in text


def empty_the_shelf():
    return Role.objects.filter(name="rep").update(description=str(time.monotonic()))


def cost(action):
    with CaptureQueriesContext(connection) as queries:
        action()
    return len(queries)


def test_twenty_notices_cost_as_many_queries_as_one(cast):
    role, department = Role.objects.get(name="rep"), cast.anna.department
    authors = [make_user(f"author{number}", role, department=department) for number in range(20)]

    def write(author):
        made = make_follow_up(make_customer(owner=cast.anna), by=author)
        tell_followed(made, author)
        plan = make_plan(
            owner=author, starts_at=timezone.now() + SOON, customer=made.customer, participants=[cast.anna.pk]
        )
        plan.edit(by=author, starts_at=timezone.now() + timedelta(days=2))
        Notice.objects.create(
            user=cast.anna, kind="plan.overdue", record_id=plan.pk, by=cast.boss, key=f"late:{plan.pk}",
            details={"days": 3, "owner": author.pk},
        )  # fmt: skip

    client = Client()
    client.force_login(cast.anna)
    client.cookies["keyuan_script"] = "1"
    token = {"Authorization": f"Bearer {issue(cast.anna, 'read', None)}"}

    def costs():
        notices = list(Notice.objects.filter(user=cast.anna))
        asked = [
            lambda: client.get("/notices/?before=999999999"),
            lambda: client.get("/notices/panel/"),
            lambda: Client().get("/api/v1/notices?limit=200", headers=token),
            lambda: mailing._written(User.objects.get(pk=cast.anna.pk), notices),
        ]
        return [cost(one) for one in asked if empty_the_shelf()]

    write(authors[0])
    few = costs() and costs()  # a token writes down its first use
    for author in authors[1:]:
        write(author)
    assert Notice.objects.filter(user=cast.anna).count() == 80
    assert costs() == few


def test_twenty_pages_are_told_with_as_many_queries_as_one(cast, customer):
    role, department = Role.objects.get(name="rep"), cast.anna.department
    people = [make_user(f"guest{number}", role, department=department) for number in range(20)]
    make_plan(
        "全员会",
        owner=cast.anna,
        starts_at=timezone.now() + SOON,
        customer=customer,
        participants=[one.pk for one in people],
    )

    said = [one[0]["sentence"] for one in toasts(people)]
    assert len(said) == 20
    assert all(one.startswith("Anna takes you into 全员会 · 海曙精密, ") for one in said)
    empty_the_shelf()
    few = cost(lambda: toasts(people[:1]))
    empty_the_shelf()
    assert cost(lambda: toasts(people)) == few


@pytest.mark.parametrize("kind", ["plan.invited", "follow_up.written"])
def test_many_people_are_answered_as_each_of_them_alone(cast, customer, kind, django_assert_max_num_queries):
    elsewhere = make_customer(owner=cast.olga)
    gone = make_customer(owner=cast.anna)
    for owner, of in ((cast.anna, customer), (cast.olga, elsewhere), (cast.anna, gone), (cast.ben, None)):
        for participants in ([], [cast.olga.pk, cast.guest.pk]):
            make_plan(owner=owner, starts_at=timezone.now(), customer=of, participants=participants)
        if of is not None:
            make_follow_up(of, by=owner)
            FollowUp.rows.filter(pk=make_follow_up(of, by=owner).pk).update(deleted_at=timezone.now())
    Customer.rows.filter(pk=gone.pk).update(deleted_at=timezone.now())
    all_of_it = make_role(customer={"view": "all"}, follow_up={"view": ""}, plan={"view": "all"})
    people = [*vars(cast).values(), make_user("all", all_of_it), make_user("off", all_of_it, is_active=False)]
    ids = list((Plan if kind.startswith("plan") else FollowUp).rows.values_list("pk", flat=True))
    load_rights_of(people)
    asked = [(user, pk) for user in people for pk in ids]

    alone = {(user.pk, pk) for user in people for pk in KINDS[kind].visible(user, ids)}
    with django_assert_max_num_queries(1):
        together = KINDS[kind].seen(asked)

    assert together == alone
    assert set(KINDS[kind].about(asked)) == alone
    assert alone
    assert len(alone) < len(asked)
