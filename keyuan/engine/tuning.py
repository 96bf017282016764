"""PostgreSQL's settings, made to measure for this machine."""

import sys
from contextlib import suppress
from pathlib import Path

import psutil

MB = 1024 * 1024
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory() -> int:
    """Bytes of memory that this machine, or this container, has."""
    total = psutil.virtual_memory().total
    for file in CGROUP_LIMITS:
        with suppress(OSError, ValueError):  # ValueError: 'max', no limit
            total = min(total, int(file.read_text()))
    return total


def settings(memory: int, sockets: Path | None, port: int, safe: bool = True) -> dict[str, str]:
    """The settings by name.

    Args:
        memory: bytes to measure by.
        sockets: folder of the socket; None listens on this machine's own address instead.
        port: which also names the socket.
        safe: False gives durability away for speed, for throw-away databases.
    """
    return {
        "listen_addresses": "" if sockets else "127.0.0.1",
        "unix_socket_directories": str(sockets or ""),
        "unix_socket_permissions": "0700",
        "port": str(port),
        "max_connections": "50",
        "max_locks_per_transaction": "256",  # a restore touches every table, partition and index at once
        "password_encryption": "scram-sha-256",
        **_memory(memory),
        **_planner(),
        **_writing(safe),
        **_reporting(),
    }


def warmth(libraries: Path) -> dict[str, str]:
    """PostgreSQL notes every few minutes what its memory holds and reads it again after a restart, where it can."""
    return {"shared_preload_libraries": "pg_prewarm"} if any(libraries.rglob("pg_prewarm.*")) else {}


def as_text(settings: dict[str, str], own_file: Path) -> str:
    """The configuration file; what the administrator wrote into `own_file` comes last and wins."""
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    own = [f"include = {_quoted(str(own_file))}"] if own_file.exists() else []
    return "\n".join([*lines, *own, ""])


def _memory(memory: int) -> dict[str, str]:
    return {
        "shared_buffers": _size(memory // 4, 128, 4096),
        "effective_cache_size": _size(memory * 6 // 10, 256, 1024 * 1024),
        "maintenance_work_mem": _size(memory // 16, 64, 1024),
        "work_mem": "32MB",  # bitmaps of a million rows stay exact
        "gin_pending_list_limit": "16MB",  # the grams of the search text; an import lets more wait
        "huge_pages": "try",
    }


def _planner() -> dict[str, str]:
    return {"jit": "off", "random_page_cost": "1.1"}


def _writing(safe: bool) -> dict[str, str]:
    thrift = {} if safe else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return {
        "max_wal_size": "1GB",  # what a recovery has to go through at most
        "min_wal_size": "128MB",
        "wal_compression": "off",  # pglz costs a third of an import, and saves less than it costs
        "checkpoint_timeout": "5min",
        "checkpoint_completion_target": "0.9",
        # after a crash one call instead of one for each of a thousand files
        "recovery_init_sync_method": "syncfs" if sys.platform == "linux" else "fsync",
        **thrift,
    }


def _reporting() -> dict[str, str]:
    return {
        "log_destination": "stderr",
        "logging_collector": "off",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
        "lc_messages": "C",
        "idle_in_transaction_session_timeout": "10min",
    }


def _size(wanted: int, least: int, most: int) -> str:
    return f"{max(least, min(most, wanted // MB))}MB"


def _quoted(value: str) -> str:
    doubled = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
