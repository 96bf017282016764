"""Fetches the third-party files the pages ship: `python -m keyuan.ui.vendor`.

Needs npm and a network; running or testing the product needs neither, because the fetched files are kept in
the repository. Each archive is named by package and version and must have the digest written here.
"""

import hashlib
import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
UI = ROOT / "keyuan" / "ui"
STATIC = UI / "static" / "vendor"
SPRITE = UI / "static" / "icons.svg"
FRAME = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


@dataclass(frozen=True)
class Package:
    """One archive and the files taken out of it: name inside the archive → place in the repository."""

    name: str
    version: str
    sha256: str
    files: dict[str, Path]


PACKAGES = [
    Package(
        "htmx.org",
        "4.0.1",
        "5fba65616ca148a86d377e9771bcada7f35faee3558651feb929eea425e13b3c",
        {
            "dist/htmx.esm.min.js": STATIC / "htmx.js",
            "LICENSE": STATIC / "htmx.LICENSE",
        },
    ),
    Package(
        "axe-core",
        "4.14.1",
        "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        {
            "axe.min.js": ROOT / "tests" / "vendor" / "axe.min.js",
            "LICENSE": ROOT / "tests" / "vendor" / "axe.LICENSE",
        },
    ),
]
ICONS = Package(
    "@tabler/icons",
    "3.52.0",
    "626620c7d42afd2f294fba167ce4653b5cb946336d186b4991c70b700e5616af",
    {"LICENSE": STATIC / "tabler.LICENSE"},
)


def fetch(package: Package, folder: Path) -> Path:
    """The package's archive in `folder`. Raises ValueError when its digest is not the one we pinned."""
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    name = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]
    archive = folder / name
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != package.sha256:
        raise ValueError(f"{package.name} {package.version} has digest {digest}, expected {package.sha256}")
    return archive


def extract(archive: Path, files: dict[str, Path]) -> None:
    with tarfile.open(archive) as tar:
        for name, place in files.items():
            member = tar.extractfile(f"package/{name}")
            if member is None:
                raise ValueError(f"{name} is not a file in {archive.name}")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(without_source_map(member.read()))


def symbol(name: str, svg: str) -> str:
    """One icon of the sprite. Names ending in -filled are painted, the others are strokes."""
    shape = re.sub(r"\s+", " ", svg[svg.index(">") + 1 : svg.rindex("</svg>")].replace(FRAME, "")).strip()
    paint = ' fill="currentColor" stroke="none"' if name.endswith("-filled") else ""
    return (
        f'<symbol id="i-{name}" viewBox="0 0 24 24"{paint}>{shape.replace(" />", "/>").replace("> <", "><")}</symbol>'
    )


def sprite(archive: Path) -> str:
    """Every icon named in icons.txt, as one file of symbols."""
    symbols = []
    with tarfile.open(archive) as tar:
        for name in (UI / "icons.txt").read_text().split():
            plain = name.removesuffix("-filled")
            member = tar.extractfile(f"package/icons/{'outline' if plain == name else 'filled'}/{plain}.svg")
            if member is None:
                raise ValueError(f"there is no icon {name}")
            symbols.append(symbol(name, member.read().decode()))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def without_source_map(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"//# sourceMappingURL="))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            extract(fetch(package, Path(folder)), package.files)
            print(package.name, package.version)
        icons = fetch(ICONS, Path(folder))
        extract(icons, ICONS.files)
        SPRITE.write_text(sprite(icons))
        print(ICONS.name, ICONS.version)


if __name__ == "__main__":
    main()
