import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from psycopg import sql

from keyuan.engine.address import wait_until
from keyuan.engine.tests.product import Product


@pytest.fixture(scope="module")
def archive(product: Product) -> Path:
    (product.home / "files" / "ab").mkdir()
    (product.home / "files" / "ab" / "contract.bin").write_bytes(b"\0\1" * 1000)
    file = product.home / "organisation.zip"
    made = product.command("backup", str(file))
    assert (made.returncode, made.stderr) == (0, "")
    return file


ATTACH = """
import django
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from keyuan.org.models import User
from keyuan.records.attachments.attaching import upload
for name in ("contract.txt", "again.txt"):
    upload(SimpleUploadedFile(name, b"the contract itself" * 1000), User.objects.get(username="admin"))
"""
CONTENTS = "SELECT string_agg(DISTINCT digest, ',') FROM attachment"


def test_attachments_come_back_with_their_content(product: Product, empty: Product) -> None:
    made = product.python(ATTACH)
    assert made.returncode == 0, made.stderr
    (product.home / "files" / "half.draft").write_bytes(b"on its way")
    file = product.home / "attachments.zip"
    assert product.command("backup", str(file)).returncode == 0

    assert empty.command("restore", str(file)).returncode == 0

    empty.start()
    digest = empty.ask(CONTENTS)
    assert digest == product.ask(CONTENTS)
    assert sha256((empty.home / "files" / digest[:2] / digest[2:]).read_bytes()).hexdigest() == digest
    assert not (empty.home / "files" / "half.draft").exists()


def test_an_archive_is_private(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_restored_organisation_is_the_same(product: Product, archive: Path, empty: Product) -> None:
    restored = empty.command("restore", str(archive))

    assert (restored.returncode, restored.stderr) == (0, "")
    assert (empty.home / "files" / "ab" / "contract.bin").read_bytes() == b"\0\1" * 1000
    assert (empty.home / "secrets" / "secret-key").read_text() == (product.home / "secrets" / "secret-key").read_text()
    empty.start()
    assert digests(empty) == digests(product)
    assert "Initial password:" not in empty.said()


def test_a_restore_is_a_new_epoch_and_history_verifies(product: Product, archive: Path, empty: Product) -> None:
    empty.command("restore", str(archive))
    empty.start()
    assert wait_until(lambda: empty.ask("SELECT count(DISTINCT epoch) FROM audit_seal") == 2, 60)

    verified = empty.command("audit", "verify")

    assert (verified.returncode, verified.stderr) == (0, "")
    assert "Restored from a backup at " in verified.stdout
    assert "✓ Nothing was altered, deleted or inserted by hand." in verified.stdout


def test_a_line_of_history_changed_by_hand_is_named_by_the_command(product: Product) -> None:
    assert product.command("demo", "load").returncode == 0
    assert wait_until(lambda: bool(product.ask("SELECT count(*) FROM audit_seal WHERE count > 0")), 60)
    assert product.command("audit", "verify").returncode == 0
    product.ask("ALTER TABLE event DISABLE TRIGGER USER")
    product.ask("UPDATE event SET name = 'x' WHERE id = (SELECT min(id) FROM event)")
    product.ask("ALTER TABLE event ENABLE TRIGGER USER")

    verified = product.command("audit", "verify")

    assert verified.returncode == 1
    assert "✗ Altered: event " in verified.stdout
    assert "✗ 1 finding." in verified.stdout


def digests(product: Product) -> dict[str, str]:
    """A digest of each table's content; those of jobs and of seals change by themselves."""
    tables = product.ask(
        "SELECT array_agg(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    digest = "SELECT md5(string_agg(x::text, chr(10) ORDER BY x::text)) FROM {} x"
    return {
        table: product.ask(sql.SQL(digest).format(sql.Identifier(table)))
        for table in tables
        if not table.startswith(("procrastinate", "audit_"))
    }


def test_an_organisation_is_replaced_only_when_asked(archive: Path, empty: Product) -> None:
    assert empty.command("restore", str(archive)).returncode == 0

    again = empty.command("restore", str(archive))
    replaced = empty.command("restore", str(archive), "--replace")

    assert (again.returncode, again.stderr) == (1, "There is an organisation here already. --replace deletes it.\n")
    assert (replaced.returncode, replaced.stderr) == (0, "")


def test_nothing_is_restored_under_a_running_product(product: Product, archive: Path) -> None:
    refused = product.command("restore", str(archive), "--replace")

    assert refused.returncode == 1
    assert f"in use by process {product.process.pid}" in refused.stderr


@pytest.mark.parametrize("part", ["database.dump", "files/ab/contract.bin", "secrets/secret-key", "manifest.json"])
def test_a_damaged_archive_is_refused_by_the_name_of_the_part(archive: Path, empty: Product, part: str) -> None:
    damaged = empty.home.parent / f"{empty.home.name}.zip"
    with zipfile.ZipFile(archive) as whole:
        place = whole.getinfo(part).header_offset + 30 + len(part) + whole.getinfo(part).file_size // 2
    content = bytearray(archive.read_bytes())
    content[place + 20] ^= 1
    damaged.write_bytes(content)

    refused = empty.command("restore", str(damaged))
    damaged.unlink()

    assert refused.returncode == 1
    assert f"The archive is damaged: {part}." in refused.stderr
    assert not (empty.home / "database").exists()
