import os
import signal
import socket

import psutil
import pytest

from keyuan.engine.address import wait_until
from keyuan.engine.home import is_root
from keyuan.engine.processes import lives
from keyuan.engine.tests.product import PATIENCE, Product


def test_the_first_start_says_who_signs_in_and_keeps_the_password_private(product: Product) -> None:
    file = product.home / "initial-password"

    assert f"Administrator: admin   Initial password: {file.read_text().strip()}\n" in product.said()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_second_start_on_the_folder_names_the_owner_and_ends(product: Product) -> None:
    second = product.command("run", "--port", "0")

    assert second.returncode == 1
    assert f"in use by process {product.process.pid}" in second.stderr
    assert product.status() == 200


def test_a_taken_port_is_named_before_anything_starts(empty: Product) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        start = empty.command("run", KEYUAN_PORT=str(port))

    assert start.returncode == 1
    assert f"Port {port} is taken" in start.stderr
    assert not (empty.home / "database").exists()


def test_debug_mode_is_not_served_to_other_machines(empty: Product) -> None:
    start = empty.command("run", "--port", "0", "--host", "0.0.0.0", KEYUAN_DEBUG="1")

    assert (start.returncode, start.stderr.split(".")[0]) == (1, "Debug mode is not served to other machines")


def test_postgres_runs_unprivileged_and_off_the_network(product: Product) -> None:
    server = product.child("postgres")
    listening = [one for one in server.net_connections("inet") if one.status == psutil.CONN_LISTEN]

    assert server.uids().real != 0
    assert listening == []
    assert (server.username() in {"keyuan", "nobody"}) == is_root()


def test_commands_use_the_database_of_the_running_product(product: Product) -> None:
    check = product.command("check")

    assert (check.returncode, check.stderr) == (0, "")
    assert "✓ Worker: alive" in check.stdout


@pytest.mark.parametrize("victim", ["postgres", "granian", "keyuan worker"])
def test_a_killed_process_is_replaced_and_no_row_is_lost(product: Product, victim: str) -> None:
    product.ask("CREATE TABLE IF NOT EXISTS witness (name text)")
    product.ask("INSERT INTO witness VALUES (%s)", victim)
    old = product.child(victim)

    old.send_signal(signal.SIGKILL)

    assert wait_until(lambda: product.child(victim).pid != old.pid, PATIENCE)
    assert wait_until(lambda: product.status() == 200 and product.status("sign-in/") == 200, PATIENCE)
    assert product.ask("SELECT count(*) FROM witness WHERE name = %s", victim) == 1


def test_while_postgres_is_stopped_pages_say_so_in_two_seconds_and_work_again_in_five(product: Product) -> None:
    assert product.status("sign-in/") == 200

    with product.without_database():
        while_away = [product.status(path, seconds=2) for path in ("sign-in/", "", "readyz", "customers/") * 5]
        alive = product.status("livez", seconds=2)

    assert (set(while_away), alive) == ({503}, 200)
    assert wait_until(lambda: all(product.status("sign-in/", seconds=2) == 200 for _worker in range(8)), 5)


def test_a_killed_web_worker_is_replaced(product: Product) -> None:
    server = product.child("granian")
    assert wait_until(lambda: len(workers_of(server)) == 2, PATIENCE)
    old = workers_of(server)[0]

    old.send_signal(signal.SIGKILL)

    assert wait_until(lambda: len(workers_of(server)) == 2 and old not in workers_of(server), PATIENCE)
    assert product.status() == 200


def workers_of(server: psutil.Process) -> list[psutil.Process]:
    return [child for child in server.children() if "resource_tracker" not in Product.line_of(child)]


def test_after_everything_was_killed_the_next_start_takes_the_folder(product: Product) -> None:
    product.ask("CREATE TABLE IF NOT EXISTS witness (name text)")
    product.ask("INSERT INTO witness VALUES ('killed')")
    orphans = psutil.Process(product.process.pid).children(recursive=True)
    os.kill(product.process.pid, signal.SIGKILL)
    product.process.wait()

    product.start()

    assert not any(map(lives, orphans))
    assert product.ask("SELECT count(*) FROM witness WHERE name = 'killed'") == 1
    assert "Initial password:" not in product.said()


def test_ctrl_c_ends_everything(product: Product) -> None:
    family = psutil.Process(product.process.pid).children(recursive=True)

    assert product.stop() == 0
    assert not any(map(lives, family))
    assert (product.home / "lock").read_text() == ""
