import pytest


@pytest.fixture(autouse=True)
def own_folder(tmp_path, settings):
    """Other test processes have other databases, and must not sweep what these files are."""
    settings.HOME = tmp_path
