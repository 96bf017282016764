from collections.abc import Iterator
from pathlib import Path

import pytest

from keyuan.engine.tests.product import Product


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A running product, shared by the tests of one file."""
    product = Product()
    try:
        product.start()
        yield product
    finally:
        product.destroy()


@pytest.fixture
def empty() -> Iterator[Product]:
    """A folder on which nothing runs."""
    product = Product()
    yield product
    product.destroy()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder for functions that need no processes."""
    monkeypatch.setenv("KEYUAN_HOME", str(tmp_path))
    return tmp_path
