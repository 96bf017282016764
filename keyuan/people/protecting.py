"""The verb that changes what is asked of passwords and sessions."""

from dataclasses import asdict
from typing import Any

from django.db import transaction

from keyuan.org.administrators import lock_organisation, require_administrator
from keyuan.org.models import User
from keyuan.org.protection import SETTING, Protection, protection
from keyuan.org.settings import set_setting
from keyuan.people import log


@transaction.atomic
def protect(wanted: Protection, *, by: User) -> bool:
    """Let this hold from the next request on; whether anything changed.

    Raises:
        NotAllowed: `by` is no administrator.
    """
    require_administrator(by)
    lock_organisation()
    before = protection()
    set_setting(SETTING, wanted.as_json())
    return log.write_difference("setting", 0, _flat(before), _flat(wanted), by=by)


def _flat(one: Protection) -> dict[str, Any]:
    kept = asdict(one)
    return {**{f"password_{name}": value for name, value in kept.pop("policy").items()}, **kept}
