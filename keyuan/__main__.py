"""The command line: `keyuan run`, `keyuan backup` … The composition root, outside the layers.

Rooms are imported inside the commands: Django must know its database first, and no process holds what others need.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from keyuan.engine import database
from keyuan.engine.home import initial_password_file, write_private
from keyuan.engine.supervisor import Supervisor
from keyuan.engine.words import Refusal, complain, say, speaks_english
from keyuan.engine.words import gettext as _

Command = Callable[[argparse.Namespace], int | None]

UNDEFINED_TABLE = "42P01"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keyuan.settings")


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code: 0 done, 1 refused with a sentence, 2 wrong usage.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show Chinese
    options = parser().parse_args(arguments)
    try:
        return options.command(options) or 0
    except Refusal as refusal:
        complain(str(refusal))
        return 1
    except KeyboardInterrupt:
        return 130


def with_django(
    work: Command,
    place: Callable[[], AbstractContextManager[str]] = database.attached,
    source: str = "command",
) -> Command:
    """The command, run beside a reachable database and with Django set up.

    Args:
        source: where from history says that things come which this process does.
    """

    def command(options: argparse.Namespace) -> int | None:
        with place():
            set_up_django()
            _come_from(source)
            return _speaking_plainly(work, options)

    return command


def set_up_django() -> None:
    import django
    from django.utils import translation

    django.setup()
    translation.activate("en" if speaks_english() else "zh-hans")


def _come_from(source: str) -> None:
    from keyuan.org.models import User

    User.source = source


def _speaking_plainly(work: Command, options: argparse.Namespace) -> int | None:
    """What the rooms refuse becomes a sentence; an error of the program stays a traceback."""
    from django.core.exceptions import ObjectDoesNotExist, ValidationError
    from django.db.utils import ProgrammingError

    from keyuan.records.errors import NotAllowed, RuleBroken

    try:
        return work(options)
    except ValidationError as error:
        raise Refusal("\n".join(error.messages)) from error
    except (ObjectDoesNotExist, NotAllowed, RuleBroken) as error:
        raise Refusal(str(error)) from error
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", "") != UNDEFINED_TABLE:
            raise
        raise Refusal(_("The database has no tables yet. Start once with: keyuan run")) from error
    except LookupError as error:
        if type(error) is not LookupError:  # KeyError and IndexError
            raise
        raise Refusal(str(error)) from error


def run(options: argparse.Namespace) -> None:
    Supervisor(options.host, options.port, demo=not options.no_demo).run()


def prepare(options: argparse.Namespace) -> None:
    """Between PostgreSQL's start and the web server's: tables, files, the first administrator, the demo company."""
    from django.db import transaction

    from keyuan.engine.prepare import check_program, prepare_files, prepare_tables
    from keyuan.org.first_start import first_administrator

    check_program()
    prepare_tables()
    prepare_files()
    with transaction.atomic():
        account = first_administrator()
        if account:
            write_private(initial_password_file(), f"{account[1]}\n")
    if account:
        name, password = account
        say(_("Administrator: %(name)s   Initial password: %(password)s") % {"name": name, "password": password})
        if not options.no_demo:
            load_demo(options)


def prepare_in_time(options: argparse.Namespace) -> int | None:
    place = partial(database.awaited, options.wait == "own") if options.wait else database.attached
    return with_django(prepare, place)(options)


def load_demo(_options: argparse.Namespace) -> None:
    from keyuan.demo import company

    say(_("Loading the demo company …"))
    for line in company.load():
        say(line)


def clear_demo(_options: argparse.Namespace) -> None:
    from keyuan.demo import company

    say(_("Demo records removed: %(number)d") % {"number": company.clear()})


def create_token(options: argparse.Namespace) -> None:
    from keyuan.org import tokens

    say(tokens.create(options.user, options.scope, options.days))


def create_user(options: argparse.Namespace) -> None:
    from keyuan.people import commands

    say(commands.create(options.name, options.role, options.full_name))


def reset_user(options: argparse.Namespace) -> None:
    from keyuan.people import commands

    say(commands.reset(options.name))


def unlock_user(options: argparse.Namespace) -> None:
    from keyuan.people import commands

    say(commands.unlock(options.name))


def import_records(options: argparse.Namespace) -> None:
    from keyuan.exchange.importing import import_file

    report = import_file(options.kind, options.file, options.user, options.dry_run)
    for line in report.lines():
        say(line)


def routes(options: argparse.Namespace) -> None:
    from keyuan.ui.routes import every_route

    found = every_route()
    if options.json:
        say(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for route in found:
        say(f"{'/'.join(route['methods'] or ['*']):<12} {route['path']}  [{route['audience']}]")


def back_up(options: argparse.Namespace) -> None:
    from keyuan.engine import backup

    with database.attached() as url:
        say(backup.back_up(options.file, url))


def put_back(options: argparse.Namespace) -> None:
    from keyuan.engine import archive, restore

    archive.verified(options.file)  # before a database is started for nothing
    with database.alone() as url:
        say(restore.restore(options.file, url, options.replace))


def check(_options: argparse.Namespace) -> int:
    elsewhere = database.named_by_environment() is not None
    with database.attached() as url:
        set_up_django()
        from keyuan.engine.checking import check

        return check(url, elsewhere)


def manage(options: argparse.Namespace) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["keyuan manage", *options.arguments])


def work(_options: argparse.Namespace) -> None:
    from keyuan.engine.work import work
    from keyuan.notices.clock import tick_for_ever
    from keyuan.records.sealing.sealer import seal_for_ever

    work(seal_for_ever, tick_for_ever)


def verify_audit(_options: argparse.Namespace) -> int:
    """Print a line for everything that is wrong with history, then what was looked at; 1 where something is."""
    from keyuan.records.sealing.report import report

    return report(say)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = argparse.ArgumentParser(prog="keyuan", description=_("Keyuan, a customer relationship management system"))
    commands = root.add_subparsers(required=True, metavar=_("COMMAND"))
    _add_serving(commands)
    _add_people(commands)
    _add_data(commands)
    _add_upkeep(commands)
    return root


def _add_serving(commands: Any) -> None:
    serve = _add(commands, "run", run, _("database, web and worker on this machine"))
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=int(os.environ.get("KEYUAN_PORT") or 8000))
    serve.add_argument("--no-demo", action="store_true", help=_("start empty"))
    first = _add(commands, "prepare", prepare_in_time, _("tables and static files; run does it too"))
    first.add_argument("--no-demo", action="store_true", help=_("start empty"))
    first.add_argument("--wait", choices=("own", "other"), help=argparse.SUPPRESS)  # for the server of `run`
    _add(commands, "worker", with_django(work, source="job"), _("only the jobs, for a machine of its own"))


def _add_people(commands: Any) -> None:
    token = _group(commands, "token", _("keys for programs"))
    creation = _add(token, "create", with_django(create_token), _("print an API token once"))
    creation.add_argument("--user", required=True, metavar="NAME")
    creation.add_argument("--scope", choices=("read", "write"), default="read")
    creation.add_argument("--days", type=int)
    user = _group(commands, "user", _("people who sign in"))
    creation = _add(user, "create", with_django(create_user), _("print the new person's initial password once"))
    creation.add_argument("name", metavar="NAME")
    creation.add_argument("--role", default="sales")
    creation.add_argument("--full-name", default="")
    _add(user, "reset", with_django(reset_user), _("print a new initial password once")).add_argument("name")
    _add(user, "unlock", with_django(unlock_user), _("let them sign in again")).add_argument("name")


def _add_data(commands: Any) -> None:
    demo = _group(commands, "demo", _("the demo company"))
    _add(demo, "load", with_django(load_demo), _("put it in"))
    _add(demo, "clear", with_django(clear_demo), _("take it out; real data stays"))
    importing = _add(commands, "import", with_django(import_records), _("the same import as the page"))
    importing.add_argument("kind", choices=("customers", "leads", "opportunities", "follow-ups"))
    importing.add_argument("file", type=Path)
    importing.add_argument("--user", required=True, metavar="NAME")
    importing.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    saving = _add(commands, "backup", back_up, _("the whole organisation into one file, verified"))
    saving.add_argument("file", type=Path)
    loading = _add(commands, "restore", put_back, _("the whole organisation from such a file, verified"))
    loading.add_argument("file", type=Path)
    loading.add_argument("--replace", action="store_true", help=_("delete what is there now"))


def _add_upkeep(commands: Any) -> None:
    listing = _add(commands, "routes", with_django(routes), _("every address and who may enter"))
    listing.add_argument("--json", action="store_true")
    audit = _group(commands, "audit", _("the log of everything that happened"))
    _add(audit, "verify", with_django(verify_audit), _("name what somebody altered, deleted or inserted by hand"))
    _add(commands, "check", check, _("what is wrong, and what to do"))
    managing = _add(commands, "manage", with_django(manage), _("Django's own commands"))
    managing.add_argument("arguments", nargs=argparse.REMAINDER)


def _group(commands: Any, name: str, summary: str) -> Any:
    return commands.add_parser(name, help=summary).add_subparsers(required=True, metavar=_("COMMAND"))


def _add(commands: Any, name: str, command: Command, summary: str) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    added.set_defaults(command=command)
    return added


if __name__ == "__main__":
    sys.exit(main())
