"""The tests of the frame have addresses of their own, so that no room above is needed."""

import pytest
from django.conf import LazySettings

from keyuan.ui import frame


@pytest.fixture(autouse=True)
def plain_static_names(settings: LazySettings) -> None:
    storages = dict(settings.STORAGES)
    storages["staticfiles"] = {"BACKEND": "keyuan.ui.storage.Static"}
    settings.STORAGES = storages


@pytest.fixture(autouse=True)
def own_addresses(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = "keyuan.ui.tests.addresses"
    monkeypatch.setattr(frame, "INSTALLED", frame.Installed())
