import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from keyuan.engine import address, database
from keyuan.engine.postgres import Cluster, copied, running, wheel
from keyuan.engine.tests.product import Product
from keyuan.engine.words import Refusal


def test_a_server_that_is_too_old_is_refused() -> None:
    with pytest.raises(Refusal, match="14"):
        database.check_kind(140019, "UTF8")


def test_a_database_without_unicode_is_refused() -> None:
    with pytest.raises(Refusal, match="SQL_ASCII"):
        database.check_kind(180000, "SQL_ASCII")


def test_a_database_that_does_not_answer_is_said_so(empty: Product) -> None:
    check = empty.command("check", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert check.returncode == 1
    assert check.stderr.startswith("The database does not answer:")


def test_the_own_server_is_unicode_with_checksums_and_asks_for_the_password(empty: Product) -> None:
    with empty.chosen(), running(Cluster(safe=False)) as url:
        with psycopg.connect(url) as connection:
            query = "SELECT current_setting('server_encoding'), current_setting('data_checksums'), lower('ÄÖ')"
            facts = connection.execute(query).fetchone()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, password="guessed")

    assert facts == ("UTF8", "on", "äö")


def test_a_database_of_ones_own_serves_instead_and_is_saved_and_restored(empty: Product, other: Product) -> None:
    with other.chosen(), running(Cluster(safe=False)) as url:
        first = empty.command("prepare", "--no-demo", DATABASE_URL=url)
        saved = empty.command("backup", str(empty.home / "b.zip"), DATABASE_URL=url)
        restored = empty.command("restore", str(empty.home / "b.zip"), "--replace", DATABASE_URL=url)
        check = empty.command("check", DATABASE_URL=url)

    assert [done.stderr for done in (first, saved, restored)] == ["", "", ""]
    assert (check.returncode, "No worker is alive" in check.stdout) == (1, True)
    assert not (empty.home / "database").exists()


@pytest.fixture
def other() -> Iterator[Product]:
    other = Product()
    yield other
    other.destroy()


def test_port_zero_is_a_free_one() -> None:
    assert address.free_port("127.0.0.1", 0) > 0


@pytest.mark.parametrize(
    ("host", "public"), [("127.0.0.1", False), ("::1", False), ("localhost", False), ("0.0.0.0", True)]
)
def test_which_hosts_other_machines_reach(host: str, public: bool) -> None:
    assert address.is_public(host) is public


@pytest.mark.skipif(os.name == "nt", reason="ports below 1024 are free there")
def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(Refusal, match=r"192\.0\.2\.1"):
        address.free_port("192.0.2.1", 8000)


def test_programs_copied_to_where_the_servers_user_may_enter_still_find_their_libraries(tmp_path: Path) -> None:
    """Somebody's home is closed to others: a copy under /root could not start PostgreSQL at all."""
    programs = copied(wheel(), tmp_path)

    found = subprocess.run([programs / "bin" / "initdb", "--version"], capture_output=True, text=True, check=True)
    assert "PostgreSQL" in found.stdout
    assert (programs / "share").is_dir()
    assert copied(wheel(), tmp_path) == programs
