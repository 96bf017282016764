from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta

from django.utils import timezone

from keyuan.records.attachments import sweeping
from keyuan.records.attachments.attaching import upload
from keyuan.records.attachments.models import Attachment
from keyuan.records.attachments.storage import path_of, root
from keyuan.records.tests.attachments.files import file
from tests.make import make_user

SCRIPT = """
import os, signal, django
django.setup()
from keyuan.org.models import User
from keyuan.records.attachments import {module}
from keyuan.records.attachments.models import Attachment
from keyuan.records.tests.attachments.files import file
die = lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL)
{module}.{place} = die
{work}
"""


def killed_at(url, module, place, work):
    script = SCRIPT.format(module=module, place=place, work=work)
    environment = {**os.environ, "DATABASE_URL": url, "KEYUAN_HOME": str(root().parent)}
    run = subprocess.run([sys.executable, "-c", script], env=environment, check=False)
    assert run.returncode == -9


def contents():
    return sorted(one.parent.name + one.name for one in root().glob("??/*"))


def next_day(monkeypatch):
    now = time.time()
    monkeypatch.setattr(sweeping.time, "time", lambda: now + 2 * sweeping.OLD)
    sweeping.sweep_files(timezone.now() - timedelta(days=30))


UPLOAD = "attaching.upload(file('x.bin', b'%s'), User.objects.get(username='anna'))"


def test_killed_before_the_file_has_its_name_nothing_is_left_but_a_draft(own_database, monkeypatch):
    make_user("anna")
    before = contents()

    killed_at(own_database, "attaching", "place", UPLOAD % "before its name")

    assert (contents(), Attachment.objects.count()) == (before, 0)
    assert list(root().glob("*.draft"))
    next_day(monkeypatch)
    assert not list(root().glob("*.draft"))


def test_killed_between_file_and_row_the_file_is_swept_and_no_row_is_without_its_file(own_database, monkeypatch):
    anna = make_user("anna")
    before = set(contents())

    killed_at(own_database, "attaching", "Attachment.objects.create", UPLOAD % "between the two")

    [orphan] = set(contents()) - before
    assert Attachment.objects.count() == 0
    kept = upload(file("y.bin", b"between the two"), anna)
    assert kept.digest == orphan
    next_day(monkeypatch)
    assert path_of(orphan).exists()
    kept.delete_by(anna)
    assert not path_of(orphan).exists()


def test_killed_between_row_and_file_while_deleting_the_file_is_swept(own_database, monkeypatch):
    anna = make_user("anna")
    made = upload(file("x.bin", b"on its way out"), anna)

    killed_at(own_database, "models", "forget_content", f"Attachment.objects.filter(pk='{made.pk}').forget()")

    assert (Attachment.objects.count(), path_of(made.digest).exists()) == (0, True)
    next_day(monkeypatch)
    assert not path_of(made.digest).exists()
