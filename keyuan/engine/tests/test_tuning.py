from pathlib import Path

import pytest

from keyuan.engine.tuning import as_text, settings, warmth

GB = 1024**3


@pytest.mark.parametrize(
    ("memory", "buffers"), [(GB // 4, "128MB"), (2 * GB, "512MB"), (8 * GB, "2048MB"), (64 * GB, "4096MB")]
)
def test_buffers_are_a_quarter_of_the_memory_within_limits(memory: int, buffers: str) -> None:
    assert settings(memory, Path("/run"), 5432)["shared_buffers"] == buffers


def test_a_server_with_a_socket_listens_nowhere_else() -> None:
    assert settings(GB, Path("/run"), 5432)["listen_addresses"] == ""


def test_memory_is_filled_again_where_the_library_for_it_exists(tmp_path: Path) -> None:
    assert warmth(tmp_path) == {}

    (tmp_path / "pg_prewarm.so").touch()

    assert warmth(tmp_path) == {"shared_preload_libraries": "pg_prewarm"}


def test_the_administrators_own_settings_come_last(tmp_path: Path) -> None:
    own = tmp_path / "it's mine.conf"
    assert as_text({"a": "1"}, own) == "a = '1'\n"

    own.write_text("a = 2")
    assert as_text({"a": "1"}, own) == f"a = '1'\ninclude = '{tmp_path}/it''s mine.conf'\n"
