import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keyuan.engine.home import forget_initial_password, initial_password_file, is_root, secret, write_private
from keyuan.engine.lock import COMMAND, RUN, FolderLock, owner
from keyuan.engine.tests.product import Product
from keyuan.engine.words import Refusal


def test_a_secret_is_drawn_once_and_private(folder: Path) -> None:
    drawn = secret("key")

    assert len(drawn) == 64
    assert secret("key") == drawn
    assert (folder / "secrets" / "key").stat().st_mode & 0o777 == 0o600
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700


def test_many_who_draw_a_secret_at_once_get_the_same_one(folder: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        drawn = set(threads.map(lambda _: secret("key"), range(40)))

    assert len(drawn) == 1
    assert [file.name for file in (folder / "secrets").iterdir()] == ["key"]


def test_the_initial_password_is_forgotten_only_when_it_is_the_one_that_changed(folder: Path) -> None:
    write_private(initial_password_file(), "first\n")

    forget_initial_password(lambda password: password == "another")
    assert initial_password_file().exists()
    forget_initial_password(lambda password: password == "first")
    assert not initial_password_file().exists()


def test_a_folder_has_one_owner(folder: Path) -> None:
    with FolderLock(folder, RUN):
        assert owner(folder) == {"pid": os.getpid(), "purpose": RUN}
        with pytest.raises(Refusal, match=str(os.getpid())), FolderLock(folder, COMMAND):
            pass

    assert owner(folder) is None


def test_the_lock_of_a_killed_owner_is_free(folder: Path) -> None:
    script = "import sys, os; from pathlib import Path; from keyuan.engine.lock import FolderLock, RUN\n"
    script += "FolderLock(Path(sys.argv[1]), RUN).take(); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", script, str(folder)], check=False)

    with FolderLock(folder, RUN):
        assert owner(folder) == {"pid": os.getpid(), "purpose": RUN}


@pytest.mark.skipif(not is_root(), reason="only root may enter a folder that the database's user may not")
def test_a_folder_that_the_database_user_cannot_enter_works_all_the_same(empty: Product) -> None:
    closed = empty.home / "closed"
    closed.mkdir(mode=0o700)

    try:
        listing = empty.command("manage", "showmigrations", "contenttypes", KEYUAN_HOME=str(closed / "home"))
    finally:
        place = (closed / "home" / "database").resolve()
        subprocess.run(["rm", "-rf", str(place)], check=True)

    assert listing.returncode == 0, listing.stderr
    assert place.parent == Path("/var/lib/keyuan/databases")
