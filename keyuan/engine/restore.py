"""`keyuan restore`: an organisation from its archive, wholly or not at all."""

import json
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from keyuan.engine import archive
from keyuan.engine.archive import Manifest
from keyuan.engine.backup import count_rows
from keyuan.engine.home import audit_head_file, home, initial_password_file, secrets_folder
from keyuan.engine.postgres import client, program
from keyuan.engine.words import Refusal
from keyuan.engine.words import gettext as _

LINES_OF_BEGINNING = 100
# A setting that servers older than the dump program do not know, and the schema, which is there and may not be ours.
UNWANTED = (b"SET transaction_timeout", b"CREATE SCHEMA public", b"COMMENT ON SCHEMA public")
BEGIN_EPOCH = """
INSERT INTO public.audit_epoch (number, begun_at, above, unproved_to, reason, details)
SELECT coalesce(max(number), 0) + 1, now(), (SELECT coalesce(max(id), 0) FROM public.event), 0, 'restored', {}
FROM public.audit_epoch
"""
MIGRATIONS = Path(__file__).parent.parent / "migrations"

# Everything of ours in the schema; the schema itself and extensions stay, they may belong to somebody else.
EMPTY_THE_DATABASE = """
DO $$
DECLARE command text;
BEGIN
    FOREACH command IN ARRAY ARRAY(  -- all names first: CASCADE drops some before their turn
        SELECT format('DROP %s IF EXISTS %s CASCADE',
            CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                ELSE 'TABLE' END, c.oid::regclass)
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            AND NOT c.relispartition
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('i', 'a')))
        UNION ALL
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                AND d.deptype = 'e')
        UNION ALL
        SELECT format('DROP TYPE IF EXISTS %s CASCADE', t.oid::regtype)
        FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typnamespace = 'public'::regnamespace AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid
                AND d.deptype = 'e')
    ) LOOP
        EXECUTE command;
    END LOOP;
END $$;
"""


def restore(file: Path, url: str, replace: bool) -> str:
    """Put an archive into the database and the data folder.

    Args:
        file: made by `keyuan backup`.
        url: the database; nobody else may work in it.
        replace: delete what is there now.

    Returns:
        A sentence with the number of rows and files.

    Raises:
        Refusal: the archive is damaged, or there is something already; nothing was changed then.
    """
    manifest = archive.verified(file)
    _check(manifest, url, replace)
    draft = Path(tempfile.mkdtemp(prefix="restoring-", dir=home()))
    try:
        with zipfile.ZipFile(file) as source:
            for name, digest in manifest.parts.items():
                archive.extract(source, name, draft / name, digest)
        _fill(url, draft, manifest)
        _take_over(draft, manifest)
    finally:
        shutil.rmtree(draft)
    return _("Restored and verified: %(rows)d rows, %(files)d files, as of %(made_at)s.") % {
        "rows": sum(manifest.rows.values()),
        "files": len(list(archive.below(manifest, "files"))),
        "made_at": manifest.made_at[:19],
    }


def _check(manifest: Manifest, url: str, replace: bool) -> None:
    known = {file.stem for file in MIGRATIONS.glob("[0-9]*.py")}
    if unknown := sorted(set(manifest.migrations) - known):
        raise Refusal(_("The archive belongs to a newer version (%(name)s). Install that one.") % {"name": unknown[0]})
    with psycopg.connect(url) as connection:
        if not replace and count_rows(connection):
            raise Refusal(_("There is an organisation here already. --replace deletes it."))


def _fill(url: str, draft: Path, manifest: Manifest) -> None:
    """Empty the database, load the dump and count its rows, in one transaction."""
    (draft / "before.sql").write_text(f"SET client_min_messages = warning;{EMPTY_THE_DATABASE}")
    (draft / "after.sql").write_text("\n".join([*_counts(manifest.rows), *_epoch(manifest)]))
    with open(draft / "complaints", "w+b") as complaints:
        reading = _reader(draft / archive.DATABASE, complaints)
        writing = _writer(url, draft, complaints)
        assert reading.stdout
        assert writing.stdin
        with suppress(BrokenPipeError), writing.stdin as target:
            _pump(reading.stdout, target)
        reading.stdout.close()
        if writing.wait() or reading.wait():
            complaints.seek(0)
            raise Refusal(complaints.read().decode(errors="replace").strip())


def _reader(dump: Path, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints)


def _writer(url: str, draft: Path, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    files = [f"--file={draft / 'before.sql'}", "--file=-", f"--file={draft / 'after.sql'}"]
    command = client("psql", url, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *files)
    return subprocess.Popen(**command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints)


def _pump(reading: IO[bytes], writing: IO[bytes]) -> None:
    """Pass the script on without what its beginning may hold and this server would refuse."""
    for line in islice(reading, LINES_OF_BEGINNING):
        if not line.startswith(UNWANTED):
            writing.write(line)
    shutil.copyfileobj(reading, writing, archive.CHUNK)


def _counts(rows: dict[str, int]) -> Iterator[str]:
    """Statements that fail, and take everything back, where a table has another number of rows than noted."""
    check = sql.SQL("SELECT CASE WHEN count(*) = {} THEN 1 ELSE ({} || count(*))::int END FROM {};")
    for table, number in rows.items():
        complaint = sql.Literal(f"{table}: {number} rows noted, found ")
        yield check.format(number, complaint, sql.Identifier("public", table)).as_string()


def _epoch(manifest: Manifest) -> Iterator[str]:
    """Transactions are numbered anew from here on: seals over history say so, and by which end they were before."""
    if "audit_epoch" in manifest.rows:
        head = audit_head_file()
        before = head.read_text().strip() if head.exists() else ""
        details = json.dumps({"archive": manifest.made_at, "head_before": before})
        yield sql.SQL(BEGIN_EPOCH).format(sql.Literal(details)).as_string()


def _take_over(draft: Path, manifest: Manifest) -> None:
    """The database is in place: now the files and the secrets that belong to it."""
    for name in archive.below(manifest, "secrets"):
        (draft / name).replace(secrets_folder() / Path(name).name)
        (secrets_folder() / Path(name).name).chmod(0o600)
    files, old = home() / "files", draft / "old-files"
    (draft / "files").mkdir(mode=0o700, exist_ok=True)
    if files.exists():
        files.rename(old)
    (draft / "files").rename(files)
    initial_password_file().unlink(missing_ok=True)
    audit_head_file().unlink(missing_ok=True)
