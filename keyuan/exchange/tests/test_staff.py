"""Staff from a sheet: checked as a whole, created all or nobody, initial passwords once (L2, W1)."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.utils import translation

from keyuan.exchange import tasks
from keyuan.exchange.models import StaffImport
from keyuan.exchange.reading import read_table
from keyuan.exchange.reading.sheets import read_sheet
from keyuan.exchange.staff import keys, verbs
from keyuan.exchange.staff.columns import FIELDS, places, unknown
from keyuan.exchange.tests.files import sheet
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Department, Role, User
from keyuan.org.passwords import initial_password
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event
from tests.make import make_department, make_role, make_user

pytestmark = pytest.mark.django_db
HEAD = ("姓名", "用户名", "部门", "职位", "上级", "角色", "手机", "邮箱", "语言")


@pytest.fixture
def admin(db):
    lay_foundation()
    root = Department.objects.filter(parent=None).order_by("pk").first()
    return make_user("admin", Role.objects.get(key="administrator"), department=root, name="管理员")


@pytest.fixture
def quick(settings):
    """A quick hash, where the slow one is not what is tested."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def taken(by, *rows, head=HEAD, make=True):
    lines = [",".join(head), *(",".join(row) for row in rows)]
    file = SimpleUploadedFile("员工.csv", "\n".join(lines).encode())
    return verbs.take_in(by, file, make_departments=make)


def row(name="张三", username="", department="销售部", position="", superior="", roles="", phone="", email="", lang=""):
    return (name, username, department, position, superior, roles, phone, email, lang)


def said(of):
    return {(one.number, name): text for one in verbs.check(of, of.by).people for name, text in one.problems}


def made(of):
    key = verbs.confirm(of, by=of.by)
    tasks.make_staff(import_id=of.pk)
    of.refresh_from_db()
    return key


def fetched(of, key, tmp_path):
    path = tmp_path / "passwords.xlsx"
    verbs.fetch(of, key, path, by=of.by)
    return read_table(path).rows


def test_a_sheet_becomes_people_with_departments_superiors_roles_and_their_own_passwords(admin, tmp_path, quick):
    of = taken(
        admin,
        row("李四", "", "销售部/华东组", "销售", "张三", "销售、市场", "138 0013 8000", "LI@example.com", "英文"),
        row("张三", "boss", "销售部", "经理", "admin", "销售经理", "", "", "中文"),
    )
    assert said(of) == {}

    key = made(of)
    rows = fetched(of, key, tmp_path)

    li, zhang = User.objects.get(username="lisi"), User.objects.get(username="boss")
    assert (li.superior, zhang.superior) == (zhang, admin)
    assert sorted(role.key for role in li.roles.all()) == ["marketing", "sales"]
    assert (li.phone, li.email, li.language, li.position) == ("13800138000", "LI@example.com", "en", "销售")
    assert li.department.parent == zhang.department
    assert zhang.department.path == f"{admin.department.path}{zhang.department_id}/"
    passwords = {cells[1]: cells[3] for _number, cells in rows}
    assert li.check_password(passwords["lisi"])
    assert zhang.check_password(passwords["boss"])
    assert passwords["lisi"] != passwords["boss"]
    assert li.must_change_password
    entered = Client().post("/sign-in/", {"username": "lisi", "password": passwords["lisi"]})
    assert entered.url.startswith("/password/change/")


def test_everything_of_one_sheet_is_one_operation_from_an_import(admin, quick):
    of = taken(admin, row("张三"), row("李四"))
    made(of)

    events = Event.objects.filter(operation=of.operation).order_by("id")
    assert sorted(one.name for one in events) == ["created", "created", "created", "imported"]
    assert {one.source for one in events} == {"import"}
    assert of.operation.verb == "user.imported"


def test_the_passwords_are_given_once_and_to_the_browser_that_confirmed(admin, tmp_path, quick):
    of = taken(admin, row("张三"))
    key = made(of)
    with pytest.raises(RuleBroken, match="browser"):
        verbs.fetch(of, keys.new_key().hex(), tmp_path / "x", by=admin)
    fetched(of, key, tmp_path)

    with pytest.raises(RuleBroken, match="already"):
        verbs.fetch(of, key, tmp_path / "y", by=admin)


def test_no_password_and_no_key_stays_in_the_database(admin, tmp_path, quick):
    of = taken(admin, row("张三"), row("李四"))
    key = made(of)
    passwords = [cells[3] for _number, cells in fetched(of, key, tmp_path)]

    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        text = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text += "\n".join(line for (line,) in cursor.fetchall())
    assert len(passwords) == 2
    for secret in (*passwords, key, bytes(keys.cover(bytes.fromhex(key))[16:]).hex()):
        assert secret not in text
    assert bytes(of.covered) == b""
    assert of.rows == []


def test_a_password_that_was_changed_or_reset_meanwhile_is_not_told(admin, tmp_path, quick):
    of = taken(admin, row("张三"), row("李四"), row("王五"))
    key = made(of)
    User.objects.filter(username="zhangsan").update(must_change_password=False)
    User.objects.filter(username="lisi").update(epoch=1)

    told = {cells[1]: cells[3] for _number, cells in fetched(of, key, tmp_path)}

    assert (told["zhangsan"], told["lisi"]) == ("", "")
    assert told["wangwu"]


def test_passwords_have_the_form_of_all_initial_passwords_and_every_letter():
    key = keys.new_key()
    found = [keys.password(key, number) for number in range(400)]

    assert len(set(found)) == 400
    assert {len(one) for one in found} == {len(initial_password())}
    assert {place for one in found for place, letter in enumerate(one) if letter == "-"} == {4, 9}
    assert keys.uncover(keys.cover(key)) == key


WRONG = [
    (row(""), "name", "Name is required"),
    (row(department=""), "department", "Department is required"),
    (row(username="a b"), "username", "Use letters"),
    (row(username="ADMIN"), "username", "taken"),
    (row(phone="13800138abc"), "phone", ""),
    (row(phone="13900139000"), "phone", "Somebody else"),
    (row(email="nobody"), "email", ""),
    (row(email="Taken@Example.com"), "email", "Somebody else"),
    (row(roles="销售经里"), "roles", "销售经理"),
    (row(superior="欧阳风"), "superior", "欧阳锋"),
    (row(superior="陈同名"), "superior", "2 people"),
    (row(lang="火星文"), "language", "中文"),
    (row(name="长" * 61), "name", ""),
]


@pytest.mark.parametrize(("given", "field", "part"), WRONG)
def test_each_row_says_what_is_wrong_and_nothing_is_written(admin, given, field, part):
    make_user("feng", name="欧阳锋", phone="13900139000", email="taken@example.com")
    make_user("same1", name="陈同名")
    make_user("same2", name="陈同名")
    with translation.override("en"):
        if field == "roles":
            translation.activate("zh-hans")
        of = taken(admin, row("好人"), given)
        found = said(of)

    assert list(found) == [(3, field)]
    assert part in found[3, field]
    with pytest.raises(RuleBroken):
        verbs.confirm(of, by=admin)
    assert not User.objects.filter(name="好人").exists()


def test_a_department_that_is_missing_is_named_with_the_nearest_one_or_made(admin):
    make_department("华东组", make_department("销售部", admin.department))

    strict, generous = (taken(admin, row(department="销售部/华东祖"), make=make) for make in (False, True))

    assert "销售部/华东组" in said(strict)[2, "department"]
    assert verbs.check(generous, admin).new_departments == ["销售部/华东祖"]


def test_a_single_name_finds_a_department_anywhere_and_the_root_may_be_written(admin):
    east = make_department("华东组", make_department("销售部", admin.department))
    of = taken(admin, row("甲", department="华东组"), row("乙", department=f"{admin.department.name}/销售部/华东组"))

    assert [one.department for one in verbs.check(of, admin).people] == [east, east]


def test_the_same_user_name_phone_or_mail_twice_in_a_sheet_names_the_first_row(admin):
    of = taken(
        admin,
        row("张三", "zhang", phone="13800138000", email="z@example.com"),
        row("李四", "Zhang", phone="138-0013-8000", email="Z@example.com"),
    )

    assert set(said(of)) == {(3, "username"), (3, "phone"), (3, "email")}
    assert all("Row 2" in text for text in said(of).values())


def test_a_user_name_that_somebody_signs_in_with_as_mail_or_phone_is_taken(admin):
    make_user("boss", email="boss@x.example", phone="13800138000")
    of = taken(admin, row("甲", "Boss@x.example"), row("乙", "13800138000"), row("丙", "bing"))

    assert {place for place in said(of) if place[1] == "username"} == {(2, "username"), (3, "username")}


def test_namesakes_get_user_names_of_their_own(admin, quick):
    make_user("zhangsan")
    of = taken(admin, row("张三"), row("张三"), row("John Smith"))
    made(of)

    assert list(User.objects.order_by("-pk").values_list("username", flat=True)[:3]) == [
        "johnsmith", "zhangsan3", "zhangsan2",
    ]  # fmt: skip


def test_superiors_that_form_a_circle_are_named_by_their_rows(admin):
    of = taken(
        admin, row("甲", superior="丙"), row("乙", superior="甲"), row("丙", superior="乙"), row("丁", superior="丁")
    )

    assert set(said(of)) == {(number, "superior") for number in (2, 3, 4, 5)}
    assert "2 → 4 → 3 → 2" in said(of)[2, "superior"]


def test_somebody_who_took_the_name_meanwhile_stops_the_whole_import(admin, quick):
    of = taken(admin, row("张三", "zhang"), row("李四"))
    verbs.confirm(of, by=admin)
    make_user("zhang")
    tasks.make_staff(import_id=of.pk)
    of.refresh_from_db()

    assert of.state == "failed"
    assert "Row 2" in of.failure or "第 2 行" in of.failure
    assert not User.objects.filter(name="李四").exists()
    assert not Department.objects.filter(name="销售部").exists()
    assert bytes(of.covered) == b""


def test_a_job_that_runs_twice_creates_everybody_once(admin, quick):
    of = taken(admin, row("张三"))
    made(of)
    tasks.make_staff(import_id=of.pk)

    assert User.objects.filter(name="张三").count() == 1
    with pytest.raises(RuleBroken):
        verbs.confirm(of, by=admin)


def test_who_creates_people_without_being_an_administrator_gives_no_roles_and_stays_within_reach(admin, cast, quick):
    role = make_role(people={"view": "branch", "create": "branch"})
    clerk = make_user("clerk", role, department=cast.anna.department)
    refused = taken(
        clerk, row("甲", department="East", roles="销售"), row("乙", department="West"), row("丙", department="新的")
    )
    assert set(said(refused)) == {(2, "roles"), (3, "department"), (4, "department")}

    of = taken(clerk, row("丁", department="East"))
    made(of)

    assert User.objects.get(name="丁").department == cast.anna.department
    with pytest.raises(NotAllowed):
        verbs.take_in(cast.anna, SimpleUploadedFile("a.csv", b"x"))
    with pytest.raises(NotAllowed):
        verbs.confirm(taken(admin, row("戊")), by=clerk)


def test_the_pages_from_the_upload_to_the_passwords(admin, quick, tmp_path):
    browser, other = Client(), Client()
    browser.force_login(admin)
    other.force_login(admin)
    file = sheet(tmp_path / "staff.xlsx", HEAD, row("张三"), row("李四", superior="张三"))

    with file.open("rb") as opened:
        answer = browser.post("/admin/users/import/", {"file": opened, "make_departments": "1"})
    address = answer["Location"]
    shown = browser.get(address).content.decode()
    assert "zhangsan" in shown
    assert not User.objects.filter(username="zhangsan").exists()
    assert browser.post(f"{address}confirm/")["Location"] == address
    assert "progress" in browser.get(f"{address}progress/").content.decode()
    tasks.make_staff(import_id=StaffImport.objects.get().pk)

    assert "passwords/" in browser.get(address).content.decode()
    assert "passwords/" not in other.get(address).content.decode()
    assert other.post(f"{address}passwords/").status_code == 409
    first, second = browser.post(f"{address}passwords/"), browser.post(f"{address}passwords/")

    (tmp_path / "got.xlsx").write_bytes(b"".join(first.streaming_content))
    got = read_table(tmp_path / "got.xlsx").rows
    assert [cells[0] for _number, cells in got] == ["张三", "李四"]
    assert User.objects.get(username="lisi").check_password(got[1][1][3])
    assert second.status_code == 409


UNUSABLE = [b"", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1junk", "姓名\n张三\n".encode()]


@pytest.mark.parametrize("content", UNUSABLE)
def test_a_file_that_can_not_be_used_is_refused_in_words(admin, content):
    browser = Client()
    browser.force_login(admin)

    answer = browser.post("/admin/users/import/", {"file": SimpleUploadedFile("a.csv", content)})

    assert answer.status_code == 422
    assert not StaffImport.objects.exists()


def test_the_template_has_the_columns_that_are_read(admin, tmp_path):
    verbs.write_template(tmp_path / "t.xlsx", admin)
    browser = Client()
    browser.force_login(admin)
    (tmp_path / "got.xlsx").write_bytes(b"".join(browser.get("/admin/users/import/template/").streaming_content))

    for name in ("t.xlsx", "got.xlsx"):
        header = next(read_sheet(tmp_path / name)[0])
        assert list(places(header)) == list(FIELDS)
        assert unknown(header) == []


@pytest.mark.django_db(transaction=True)
def test_two_sheets_with_the_same_people_at_once_create_them_once(transactional_db, quick):
    lay_foundation()
    role, root = Role.objects.get(key="administrator"), Department.objects.get(parent=None)
    admins = [make_user(name, role, department=root) for name in ("first", "second")]
    imports = [taken(by, row("张三", "zhang"), row("李四", "li")) for by in admins]
    for of in imports:
        verbs.confirm(of, by=of.by)
    together = threading.Barrier(2)

    def run(of):
        try:
            together.wait(10)
            tasks.make_staff(import_id=of.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[of]) for of in imports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(StaffImport.objects.values_list("state", flat=True)) == ["done", "failed"]
    assert User.objects.filter(username__in=("zhang", "li")).count() == 2
    assert Department.objects.filter(name="销售部").count() == 1
