"""The world of the access matrix: people of every kind, and records of four of them.

Every text of a record holds a word that stands nowhere else (its canary), so that any answer can be searched for it.
"""

from __future__ import annotations

import base64
from datetime import date, timedelta
from decimal import Decimal
from http.cookies import SimpleCookie
from types import SimpleNamespace

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from keyuan.activities.fields import FOLLOW_UP, PLAN
from keyuan.activities.models import FollowUp
from keyuan.activities.planning import VERB as PLANNED_FOR_MANY
from keyuan.campaigns.fields import CAMPAIGN
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.industries_admin import add_industry
from keyuan.exchange import exporting, importing, making, running
from keyuan.exchange.models import Export, Import
from keyuan.exchange.staff import verbs as staff
from keyuan.leads.assignment.models import AssignmentRule
from keyuan.leads.campaigns.models import CampaignMember
from keyuan.leads.fields import LEAD
from keyuan.notices.models import Notice
from keyuan.notices.telling import tell
from keyuan.opportunities.fields import OPPORTUNITY, PRODUCT
from keyuan.opportunities.models.pipeline import lay_pipeline
from keyuan.opportunities.pipelines_admin import add_pipeline
from keyuan.org.first_start import lay_foundation
from keyuan.org.kept import Place
from keyuan.org.models import ApiToken, Grant, Role, User
from keyuan.org.scopes import OPERATIONS, FieldRight, Operation
from keyuan.org.tokens import issue
from keyuan.people.models import Absence
from keyuan.pools.admin import Members, add_pool, use_pool
from keyuan.pools.extending import ExtensionRequest
from keyuan.pools.rules import PoolRules
from keyuan.records.attachments.attaching import attach, upload
from keyuan.records.history import Operation as Done
from keyuan.records.models import SavedView
from keyuan.records.options import Option, Tag, lay_options
from tests.make import (
    make_campaign,
    make_contact,
    make_customer,
    make_department,
    make_follow_up,
    make_lead,
    make_opportunity,
    make_plan,
    make_product,
    make_role,
    make_user,
    option,
    stage,
)

OWNERS = ("anna", "olga", "stranger")
"""Anna has a colleague, Ben; Olga is in a sister department; the stranger works where no manager of theirs reaches."""

OUTSIDE = ("anonymous", "newcomer", "disabled")
INSIDE = ("anna", "ben", "olga", "boss", "auditor", "clerk")
"""The clerk administers people and sees no customers. An administrator may see and change everything, and is asked
only whether they can."""
LIMITED = ("blind", "dim")
"""Two who reach every record: one from whom all fields are hidden that can be, one who sees them masked."""
PERSONS = (*OUTSIDE, *INSIDE, "administrator", *LIMITED)

REP = {
    "customer": dict.fromkeys(
        ("create", "edit", "delete", "import", "export", "transfer", "merge", "claim", "release"), "own"
    )
    | {"view": "department"},
    "contact": dict.fromkeys(("view", "create", "edit", "delete", "import", "export"), ""),
    "follow_up": dict.fromkeys(OPERATIONS["follow_up"], ""),
    "plan": dict.fromkeys(OPERATIONS["plan"], "own"),
    "lead": dict.fromkeys(OPERATIONS["lead"], "own"),
    "campaign": dict.fromkeys(OPERATIONS["campaign"], "own"),
    "opportunity": dict.fromkeys(OPERATIONS["opportunity"], "own"),
    "product": {"view": "", "export": ""},
}
BOSS = {
    "customer": dict.fromkeys([one for one in OPERATIONS["customer"] if one != "approve"], "branch"),
    "contact": dict.fromkeys(("view", "create", "edit", "delete", "import", "export"), ""),
    "follow_up": dict.fromkeys(OPERATIONS["follow_up"], ""),
    "plan": dict.fromkeys(OPERATIONS["plan"], "branch"),
    "lead": dict.fromkeys(OPERATIONS["lead"], "branch"),
    "campaign": dict.fromkeys(OPERATIONS["campaign"], "branch"),
    "opportunity": dict.fromkeys(OPERATIONS["opportunity"], "branch"),
    "product": {"view": "", "export": ""},
    "people": {"view": "branch"},
}
CLERK = {"people": dict.fromkeys(("view", "create", "edit"), "all")}
ALL = {
    "customer": dict.fromkeys(Operation.values, "all"),
    "contact": dict.fromkeys(("view", "create", "edit", "delete", "import", "export"), ""),
    "follow_up": dict.fromkeys(OPERATIONS["follow_up"], ""),
    "plan": dict.fromkeys(OPERATIONS["plan"], "all"),
    "lead": dict.fromkeys(OPERATIONS["lead"], "all"),
    "campaign": dict.fromkeys(OPERATIONS["campaign"], "all"),
    "opportunity": dict.fromkeys(OPERATIONS["opportunity"], "all"),
    "product": dict.fromkeys(OPERATIONS["product"], ""),
}


IDS: dict[str, int] = {}
"""The owners' ids: their user names may be changed by those who administer people."""


def canary(owner: str) -> str:
    """A word of this owner, followed by a number: 1 in names of records, 2 in the rest of them, 3 in the data of the
    person, 4 in what is theirs alone (views, tokens, private tags, files)."""
    return f"qzx{owner}"


def phone(owner: str) -> str:
    return f"1390000{OWNERS.index(owner):04d}"


def make_world() -> SimpleNamespace:
    """People, and for each owner a customer with a contact, a view and a token of their own."""
    lay_options(apps)  # a test with real transactions may have emptied the tables
    lay_pipeline(apps)
    lay_foundation()
    sales = make_department("Sales")
    east, west, abroad = make_department("East", sales), make_department("West", sales), make_department("Abroad")
    rep, boss = make_role("rep", **REP), make_role("boss", **BOSS)
    built_in = {role.key: role for role in Role.objects.exclude(key="")}
    department = {"olga": west, "stranger": abroad}
    people = {
        name: make_user(
            name,
            rep,
            department=department.get(name, east),
            phone=phone(name).replace("1390000", "1380013"),
            email=f"{canary(name)}3@people.example",
        )
        for name in OWNERS
    }
    people |= {
        "ben": make_user("ben", rep, department=east),
        "newcomer": make_user("newcomer", rep, department=east, must_change_password=True),
        "disabled": make_user("disabled", rep, department=east),
        "boss": make_user("boss", boss, department=sales),
        "auditor": make_user("auditor", built_in["auditor"], department=sales),
        "administrator": make_user("chief", built_in["administrator"], department=sales),
    }
    people |= {name: make_user(name, make_limited_role(name), department=sales) for name in LIMITED}
    people["clerk"] = make_user("clerk", make_role("clerk", **CLERK), department=sales)
    IDS.update({name: people[name].pk for name in OWNERS})
    records = {name: make_records(people[name]) for name in OWNERS}
    tag = Tag.objects.filter(owner=None).first()
    world = SimpleNamespace(
        people=people, records=records, department=west, role=rep, spare_role=make_role("spare"), tag=tag
    )
    world.spare_department = make_department("Spare", sales)
    world.sales_role = built_in["sales"]
    world.option = option("level", "A")
    world.source = option("source", "website")
    world.product = make_product("检测模块", by=people["administrator"], code="JC-1")
    world.pipeline, world.stage = stage("contract").pipeline, stage("contract")
    world.spare_pool = add_pool("lead", "备用", members=Members(), rules=PoolRules(), by=people["administrator"])
    use_pool(world.spare_pool, False, by=people["administrator"])
    world.assignment = AssignmentRule.objects.create(name="备用规则", is_active=False, people=[people["anna"].pk])
    world.spare_pipeline = add_pipeline("备用", by=people["administrator"])
    world.industry = SimpleNamespace(pk=add_industry("C36", "房车", by=people["administrator"]).code)
    world.other_tag = Tag.objects.filter(owner=None).last()
    world.staff_import = staff.take_in(people["administrator"], staff_sheet())
    world.clients = {name: client_of(people.get(name)) for name in PERSONS}
    world.tokens = {name: issue(people[name], "write", None) for name in PERSONS if name in people}
    User.objects.filter(username="disabled").update(is_active=False)
    return world


def make_limited_role(name: str) -> Role:
    """Every operation on every record, with all fields hidden, or masked, that can be."""
    role = make_role(name, **ALL)
    for catalogue in (CUSTOMER, CONTACT, LEAD, CAMPAIGN, OPPORTUNITY, PRODUCT, FOLLOW_UP, PLAN):
        names = [one.name for one in catalogue.limitable_fields() if name == "blind" or one.kind.maskable]
        right = FieldRight.HIDDEN if name == "blind" else FieldRight.MASKED
        Grant.objects.filter(role=role, module=catalogue.module).update(fields=dict.fromkeys(names, right))
    return role


def make_records(owner: User) -> SimpleNamespace:
    word = canary(owner.username)
    own_tag = Tag.objects.create(name=f"{word}4", key=f"{word}4", owner=owner)
    customer = make_customer(
        f"共同 {word}1 公司",
        owner=owner,
        short_name=f"{word}1",
        phone=phone(owner.username),
        email=f"{word}2@mail.example",
        website=f"https://{word}2.example",
        address=f"{word}2 路 1 号",
        notes=f"{word}2 备注",
        tags=[own_tag],
    )
    customer.move_to("delivery", f"{word}2 仓库", by=owner)
    contact = make_contact(
        customer, f"共同 {word}1", mobile=phone(owner.username), wechat=f"{word}2", concerns=f"{word}2 关注"
    )
    follow_up = make_follow_up(customer, f"共同 {word}2 谈过", contacts=[contact.pk], place=f"{word}2 会议室")
    plan = make_plan(
        f"共同 {word}2 拜访",
        owner=owner,
        starts_at=timezone.now() + timedelta(hours=3),
        customer=customer,
        place=f"{word}2 三楼",
        notes=f"{word}2 准备",
        reminders=[15],
    )
    opportunity = make_opportunity(
        f"共同 {word}1 商机",
        owner=owner,
        customer=customer,
        contacts=[contact.pk],
        notes=f"{word}2 备注",
        tags=[own_tag],
    )
    opportunity.set_part(contact.pk, by=owner, stance="for")
    for key, name in (("rival", "共同 对手"), ("other", "另一个对手")):
        Option.objects.get_or_create(list="competitor", key=key, name=name)
    opportunity.set_competitor("共同 对手", by=owner, strengths=f"{word}2 便宜")
    type(opportunity).rows.filter(pk=opportunity.pk).update(version=1)  # as programs of the matrix have read it
    opportunity.refresh_from_db()
    lead = make_lead(
        f"共同 {word}1 线索",
        owner=owner,
        name=f"共同 {word}1",
        mobile=phone(owner.username),
        email=f"{word}2@lead.example",
        wechat=f"{word}2",
        requirement=f"{word}2 需求",
        notes=f"{word}2 备注",
        tags=[own_tag],
    )
    FollowUp.add(
        by=owner, lead=lead, kind=option("follow_up_kind", "phone"), content=f"共同 {word}2 问过", place=f"{word}2 门口"
    )
    type(lead).rows.filter(pk=lead.pk).update(version=1, state="new")  # as programs of the matrix have read it
    lead.refresh_from_db()
    campaign = make_campaign(
        f"共同 {word}1 活动", owner=owner, place=f"{word}2 会场", description=f"{word}2 说明", cost=Decimal("1200.50")
    )
    member = CampaignMember.objects.create(campaign=campaign, customer=customer, added_by=owner, result=f"{word}2 结果")
    extension = ExtensionRequest.objects.create(
        kind="customer", record_id=customer.pk, asked_by=owner, asked_at=timezone.now(), reason=f"{word}2 再等几天"
    )
    view = SavedView.objects.create(owner=owner, module="customer", name=f"{word}4 视图")
    token = ApiToken.objects.create(user=owner, name=f"{word}4", digest=word, epoch=owner.epoch)
    customer.refresh_from_db()
    contact.refresh_from_db()
    return SimpleNamespace(
        owner=owner,
        user=owner,
        customer=customer,
        contact=contact,
        follow_up=follow_up,
        plan=plan,
        opportunity=opportunity,
        lead=lead,
        campaign=campaign,
        member=member,
        competitor=opportunity.competitors.get(),
        transfer=Done.begin("customer.transferred", by=owner),
        customer_claim=Done.begin("customer.claimed", by=owner),
        lead_claim=Done.begin("lead.claimed", by=owner),
        planning=Done.begin(PLANNED_FOR_MANY, by=owner),
        extension=extension,
        own_tag=own_tag,
        attachment=attach(customer, small_file(f"{word}2.txt", f"{word}2 里面"), owner),
        photo=attach(customer, small_file(f"{word}2.png", PICTURE), owner),
        waiting=upload(small_file(f"{word}4.txt", f"{word}4 里面"), owner),
        view=view,
        token=token,
        absence=Absence.objects.create(
            person=owner, deputy=User.objects.robot(), first=date(2031, 5, 1), last=date(2031, 5, 9), note=f"{word}4"
        ),
        place=Place.objects.create(user=owner, browser_id=f"{word}4", address=f"{word}4", is_news=True),
        import_=make_import(owner),
        export=make_export(owner),
        notice=make_notice(owner),
    )


PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR42mOUCzjBwMDAxMDAwMDAAAAOCAE61GCIaQAAAABJRU5ErkJggg=="
)


def small_file(name: str, content: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def sheet(word: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("客户.csv", f"客户名称,地址\n{word}4 公司,{word}4 路\n,{word}4\n".encode())


def staff_sheet() -> SimpleUploadedFile:
    return SimpleUploadedFile("员工.csv", "姓名,部门\n新来的,West\n".encode())


def make_import(owner: User) -> Import:
    """One whose rows have been checked: one is good, one is refused."""
    of = importing.dry_run(importing.start_import(owner, sheet(canary(owner.username))), by=owner)
    running.check(of)
    of.refresh_from_db()
    return of


def make_export(owner: User) -> Export:
    """One that is ready to be fetched."""
    export = exporting.start_export(owner, "customer", is_complete=True)
    making.make(export)
    export.refresh_from_db()
    return export


def make_notice(owner: User) -> Notice:
    """One about an import of their own."""
    of = Import.objects.filter(by=owner).latest("pk")
    details = {"name": f"{canary(owner.username)}4"}
    tell("import.done", to=[owner.pk], record_id=of.pk, by=User.objects.robot(), key="access", details=details)
    return Notice.objects.get(user=owner, key="access")


def client_of(user: User | None) -> SimpleCookie:
    """The cookies of a browser in which this person has signed in."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.cookies
