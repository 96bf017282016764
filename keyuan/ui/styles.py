"""Joins the style sheets into the one file the pages load: `python -m keyuan.ui.styles`."""

import re
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE / "static" / "app.css"


def joined() -> str:
    """All sheets in the order of their names, without comments and line breaks that mean nothing."""
    text = "\n".join(sheet.read_text() for sheet in sorted((HERE / "css").glob("*.css")))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(re.sub(r"\s*([{};])\s*", r"\1", line) for line in lines if line) + "\n"


if __name__ == "__main__":
    BUILT.write_text(joined())
