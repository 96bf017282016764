#!/usr/bin/env python3
"""From a fresh copy to a running product: `python3 run.py`. Needs Python 3.11 and nothing else.

python3 run.py [--port 8000 …]   run it
python3 run.py test              all tests, with what they need
python3 run.py check | fix       the style and type checks
python3 run.py bench             measured work
python3 run.py setup             only install
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from ctypes.util import find_library
from pathlib import Path
from typing import NoReturn

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LAUNCHER = """#!{python}
import sys
from keyuan.__main__ import main
sys.exit(main())
"""
CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy", "keyuan"),
    ("lint-imports",),
    ("djlint", "keyuan", "--lint", "--quiet"),
    ("python", "-m", "keyuan", "manage", "makemigrations", "--check", "--dry-run"),
)
FIXES = (("ruff", "check", "--fix", "."), ("ruff", "format", "."))


def main(arguments: list[str]) -> int | None:
    words = {"test": test, "check": check, "fix": fix, "bench": bench, "setup": setup}
    if sys.version_info < OLDEST:
        with_newer_python(arguments)
    if arguments and arguments[0] in words:
        return words[arguments[0]](arguments[1:])
    install("requirements.txt")
    return become([str(PYTHON), "-m", "keyuan", "run", *arguments])


def test(arguments: list[str]) -> None:
    install("requirements.txt", "requirements-dev.txt")
    need_browser()
    become([str(PYTHON), "-m", "pytest", *(arguments or ["-n", "2", "--dist", "loadscope"])])


def bench(arguments: list[str]) -> None:
    install("requirements.txt", "requirements-dev.txt")
    become([str(PYTHON), "-m", "bench", *arguments])


def check(_arguments: list[str]) -> int:
    return each(CHECKS)


def fix(_arguments: list[str]) -> int:
    return each(FIXES)


def setup(_arguments: list[str]) -> int:
    install("requirements.txt", "requirements-dev.txt")
    return 0


def each(commands: Iterable[tuple[str, ...]]) -> int:
    """Run them all, also when one of them finds something, and name those that did."""
    install("requirements.txt", "requirements-dev.txt")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "KEYUAN_HOME": folder}
        failed = [" ".join(words) for words in commands if subprocess.call(tool(words), cwd=ROOT, env=environment)]
    for words in failed:
        say("未通过：" + words, "Not passed: " + words)
    return 1 if failed else 0


def tool(words: tuple[str, ...]) -> list[str]:
    return [str(BIN / words[0]), *words[1:]]


def install(*files: str) -> None:
    """Make the virtual environment, and install what these files pin, unless that was done already."""
    make_environment()
    mark, wanted = VENV / "installed", digest(files)
    if mark.exists() and wanted in mark.read_text().split():
        return
    say("正在安装依赖 …", "Installing what it needs …")
    names = [word for file in files for word in ("-r", str(ROOT / file))]
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.call([*pip, *names]):
        fail("安装失败，原因见上。", "The installation failed; the reason stands above.")
    with suppress(OSError):  # somebody else's environment that has everything is good enough
        put_on_path()
        mark.write_text(" ".join({wanted, digest(["requirements.txt"])}))


def make_environment() -> None:
    if works():
        return
    say("正在创建 .venv …", "Making .venv …")
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.call([sys.executable, "-m", "venv", str(VENV)]) or not works():
        shutil.rmtree(VENV, ignore_errors=True)
        fail(
            "无法创建虚拟环境。Debian/Ubuntu：apt install python3-venv；并确认可写：" + str(ROOT),
            "No virtual environment could be made. Debian/Ubuntu: apt install python3-venv. Writable? " + str(ROOT),
        )


def works() -> bool:
    """Whether the environment's Python runs, is new enough and has pip."""
    question = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.call([str(PYTHON), "-c", question], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def put_on_path() -> None:
    """Make `keyuan` a command of the environment."""
    asked = [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.run(asked, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
    Path(packages, "keyuan.pth").write_text(str(ROOT) + "\n")
    if os.name == "nt":
        (BIN / "keyuan.cmd").write_text('@"%~dp0python.exe" -m keyuan %*\n')
        return
    (BIN / "keyuan").write_text(LAUNCHER.format(python=PYTHON))
    (BIN / "keyuan").chmod(0o755)


def digest(files: Iterable[str]) -> str:
    state = hashlib.sha256(str(ROOT).encode())
    for file in files:
        state.update((ROOT / file).read_bytes())
    return state.hexdigest()


def need_browser() -> None:
    """The tests open pages in a browser and need Chinese letters there."""
    missing = [name for name, is_there in FOR_TESTS.items() if not is_there()]
    if missing and not apt_get(missing):
        say("测试需要浏览器与中文字体：", "The tests need a browser and a Chinese font:")
        say("  apt install " + " ".join(missing), "  apt install " + " ".join(missing))
    if found := browser():
        os.environ.setdefault("KEYUAN_BROWSER", found)


def browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def chinese_letters() -> bool:
    if not shutil.which("fc-list"):
        return os.name == "nt" or sys.platform == "darwin"
    return bool(subprocess.run(["fc-list", ":lang=zh"], stdout=subprocess.PIPE, check=False).stdout.strip())


def atomics() -> bool:
    """What steers the browser is a program that needs this library; a bare Debian lacks it."""
    return not sys.platform.startswith("linux") or find_library("atomic") is not None


FOR_TESTS = {"chromium": browser, "fonts-noto-cjk": chinese_letters, "libatomic1": atomics}


def apt_get(packages: list[str]) -> bool:
    if not shutil.which("apt-get") or os.geteuid():
        return False
    say("正在安装 " + " ".join(packages), "Installing " + " ".join(packages))
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    subprocess.call(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return subprocess.call(command, stdout=subprocess.DEVNULL) == 0


def with_newer_python(arguments: list[str]) -> None:
    for minor in range(14, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            become([newer, str(ROOT / "run.py"), *arguments])
    found = ".".join(map(str, sys.version_info[:2]))
    fail("需要 Python 3.11 或更新版本，当前为 " + found, "Python 3.11 or newer is needed; this is " + found)


def become(command: list[str]) -> NoReturn:
    """Go on as another program, which gets the terminal and the signals."""
    os.chdir(ROOT)
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    sys.stdout.flush()
    os.execv(command[0], command)


def say(chinese: str, english: str) -> None:
    named = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    language = next(filter(None, named), "zh").lower()
    print(english if language.startswith("en") else chinese, flush=True)


def fail(chinese: str, english: str) -> NoReturn:
    say(chinese, english)
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
