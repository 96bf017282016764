"""Who of the world of the access matrix may see and change what, and how they call."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import contextmanager
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from tests.world import IDS, OWNERS, canary, phone

API = "/api/"
SAFE = {"GET", "HEAD", "OPTIONS"}
VERSION = '"1"'

PAIRS = (
    ("anna", "anna"),
    ("anna", "olga"),
    ("anna", "stranger"),
    ("ben", "anna"),
    ("olga", "anna"),
    ("boss", "olga"),
    ("boss", "stranger"),
    ("auditor", "stranger"),
    ("clerk", "anna"),
)
"""Who asks for whose records: one's own, the team's, a sister department's, of nobody below, of everybody to read."""
ALWAYS = {"auditor", "administrator"}

SEES = {
    "anna": {"anna", "ben", "boss", *ALWAYS},
    "olga": {"olga", "boss", *ALWAYS},
    "stranger": {"stranger", *ALWAYS},
}
CHANGES = {owner: {owner, "boss", "administrator"} for owner in OWNERS} | {"stranger": {"stranger", "administrator"}}
SEES_PERSON = {owner: {owner, "boss", "clerk", *ALWAYS} for owner in OWNERS} | {
    "stranger": {"stranger", "clerk", *ALWAYS}
}

OF_THE_HOUSE = (
    "last_used_at",
    "last_login",
    "seen_at",
    "session_data",
    "expire_date",
    "last_followed_at",
    "next_contact_at",
    "opened_at",
)
"""What follows from the work of others, or from looking."""
AS_TEXT = f"(to_jsonb(t) - '{{{','.join(OF_THE_HOUSE)}}}'::text[])::text"
PEOPLE = 'SELECT id FROM "user" WHERE username = %s'
OWNED = "SELECT unnest(%s::bigint[])"
OWNED_CUSTOMERS = f"SELECT id FROM customer WHERE owner_id IN ({OWNED})"
THEIRS = {
    "customer": f"owner_id IN ({OWNED})",
    "contact": f"customer_id IN ({OWNED_CUSTOMERS})",
    "follow_up": f"author_id IN ({OWNED})",
    "lead": f"owner_id IN ({OWNED})",
    "campaign": f"owner_id IN ({OWNED})",
    "campaign_member": f"campaign_id IN (SELECT id FROM campaign WHERE owner_id IN ({OWNED}))",
    "web_form": f"campaign_id IN (SELECT id FROM campaign WHERE owner_id IN ({OWNED}))",
    "lead_tag": f"lead_id IN (SELECT id FROM lead WHERE owner_id IN ({OWNED}))",
    "plan": f"owner_id IN ({OWNED})",
    "customer_tag": f"customer_id IN ({OWNED_CUSTOMERS})",
    "customer_address": f"customer_id IN ({OWNED_CUSTOMERS})",
    "contact_tag": f"contact_id IN (SELECT id FROM contact WHERE customer_id IN ({OWNED_CUSTOMERS}))",
    "tag": f"owner_id NOT IN ({PEOPLE})",
    "saved_view": f"owner_id NOT IN ({PEOPLE})",
    "favourite": f"user_id NOT IN ({PEOPLE})",
    "sign_in_place": f"browser_id LIKE 'qzx%%' AND user_id NOT IN ({PEOPLE})",
    "import": f"by_id NOT IN ({PEOPLE})",
    "import_row": f"import_id IN (SELECT id FROM import WHERE by_id NOT IN ({PEOPLE}))",
    "export": f"by_id NOT IN ({PEOPLE})",
    "notice": f"key = 'access' AND user_id NOT IN ({PEOPLE})",  # others may be told something new
    "notice_preferences": f"user_id NOT IN ({PEOPLE})",
    "attachment": f"customer_id IN ({OWNED_CUSTOMERS})",
    "(SELECT * FROM attachment WHERE record_type IS NULL)": f"created_by_id NOT IN ({PEOPLE})",
}
ADMINISTERED = {
    '"user"': "username <> %s",
    "api_token": f"user_id NOT IN ({PEOPLE})",
    "user_role": "true",
    "department": "true",
    "role": "true",
    "role_grant": "true",
    "setting": "true",
    "option": "true",
}
"""Tables with the rows that others than their owners, and others than administrators, may not change."""
ENTRUSTED = {"clerk": {'"user"'}}


def address(path: str, parameters: dict[str, Any]) -> str:
    """The path of a route with its parameters: /customers/<int:pk>/ becomes /customers/7/."""
    parts = path.replace("{", "<").replace("}", ">").split("<")
    filled = [parts[0]]
    for part in parts[1:]:
        name, _sign, rest = part.partition(">")
        filled += [str(parameters[name.partition(":")[2] or name]), rest]
    return "".join(filled)


HANDLER, CAREFUL_HANDLER = ClientHandler(enforce_csrf_checks=False), ClientHandler(enforce_csrf_checks=True)
"""Shared, because every new one reads the list of static files."""


def browser(cookies: SimpleCookie | None = None, *, careful: bool = False) -> Client:
    """A browser with these cookies; a careful one minds the CSRF token as the real product does."""
    client = Client(raise_request_exception=False)
    client.handler = CAREFUL_HANDLER if careful else HANDLER
    client.cookies = SimpleCookie({name: one.value for name, one in (cookies or {}).items()})
    return client


class Caller:
    """Calls a route as one person: pages with the cookies of their browser, the API with their token or the same."""

    def __init__(self, world: SimpleNamespace, person: str, *, by_session: bool = False) -> None:
        self.world, self.person, self.by_session = world, person, by_session

    def call(self, method: str, url: str, data: Any) -> HttpResponse:
        answer = self._api(method, url, data) if url.startswith(API) else self._page(method, url, data)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer

    def _page(self, method: str, url: str, data: Any) -> HttpResponse:
        client = browser(self.world.clients[self.person])
        return client.get(url, data or {}) if method == "GET" else client.post(url, data or {})

    def _api(self, method: str, url: str, data: Any) -> HttpResponse:
        token = None if self.by_session else self.world.tokens.get(self.person)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method in ("PATCH", "DELETE"):
            headers["If-Match"] = VERSION
        client = browser(self.world.clients[self.person] if self.by_session else None)
        if method == "GET":
            return client.get(url, data or {}, headers=headers)
        if isinstance(data, dict) and any(isinstance(value, SimpleUploadedFile) for value in data.values()):
            return client.post(url, data, headers=headers)
        body = b"" if data is None else json.dumps(data)
        return client.generic(method, url, body, "application/json", headers=headers)


@contextmanager
def taken_back() -> Any:
    """Everything that happens inside is undone at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def everything_in(answer: HttpResponse) -> str:
    """Body, headers and cookies of an answer as one text, archives unpacked."""
    body = answer.body
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    return "\n".join([body.decode(errors="replace"), str(answer.headers), str(answer.cookies)])


def forbidden_words(person: str, *, names_too: bool) -> set[str]:
    """What no answer to this person may hold."""
    hidden = [owner for owner in OWNERS if person not in SEES[owner]]
    words = {f"{canary(owner)}2" for owner in hidden} | {phone(owner) for owner in hidden}
    if names_too:
        words |= {f"{canary(owner)}1" for owner in hidden}
    words |= {f"{canary(owner)}3" for owner in OWNERS if person not in SEES_PERSON[owner]}
    return words | {f"{canary(owner)}4" for owner in OWNERS if person != owner}


class Watched:
    """What a person may not change, before and after something happens.

    A digest of so many tables takes as long as a page: where nothing was written to the log of the database, nothing
    has changed, and none is worked out again.
    """

    def __init__(self, person: str, before: str | None = None) -> None:
        self.person = person
        self.before = untouchable(person) if before is None else before
        self.began = _end_of_log()

    def is_as_before(self) -> bool:
        return _end_of_log() == self.began or untouchable(self.person) == self.before


def _end_of_log() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        return str(cursor.fetchone()[0])


def untouchable(person: str) -> str:
    """A digest of everything in the database that this person may not change, worked out in one statement."""
    owners = [IDS[owner] for owner in OWNERS if person not in CHANGES[owner]]
    parts = [(table, where, [owners] if "bigint" in where else [person]) for table, where in THEIRS.items()]
    if person != "administrator":
        kept = [(table, where) for table, where in ADMINISTERED.items() if table not in ENTRUSTED.get(person, ())]
        parts += [(table, where, [person] if "%s" in where else []) for table, where in kept]
    digests = " || ".join(
        f"(SELECT coalesce(md5(string_agg({AS_TEXT}, '|' ORDER BY t::text)), '') FROM {table} t WHERE {where})"
        for table, where, _values in parts
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {digests}", [value for _table, _where, values in parts for value in values])
        return str(cursor.fetchone()[0])
