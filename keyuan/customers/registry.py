"""The business registry (C12): an optional provider answers what is registered under a name or a credit code.

Nothing leaves this server unless an administrator has chosen a provider and written down its address. Another kind of
provider is a subclass of `Provider` and a line in `PROVIDERS`.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.engine.outgoing import Reason, Unreachable, fetch
from keyuan.org.settings import set_setting, setting

SETTING = "registry"
FIELDS = (
    "name",
    "uscc",
    "legal_representative",
    "registered_capital",
    "founded_on",
    "company_type",
    "registration_status",
    "registered_address",
    "business_scope",
)
"""The fields of a customer that a registry knows."""
MAY_HOLD = re.compile(r"\{(name|key|secret|time|signature)\}")
LONGEST_VALUE = 5000
Config = dict[str, Any]


class LookUpFailed(Exception):
    """No answer that can be used; the text is a sentence for the person who asked."""


class Provider(ABC):
    """Somebody who knows the registry."""

    @abstractmethod
    def look_up(self, text: str) -> dict[str, str] | None:
        """What is registered.

        Args:
            text: a company's name or its credit code.

        Returns:
            Texts by the names in FIELDS, only those that are known; None where nothing is registered.

        Raises:
            LookUpFailed.
        """


class HttpProvider(Provider):
    """Asks an address by GET and finds the values in its JSON answer.

    Args:
        config: `address` and `headers` (a line each), in which {name}, {key}, {secret}, {time} and {signature} stand
            for what is asked, for the two words of the contract, the seconds of the clock, and the MD5 of key, time
            and secret in capitals; `paths` by field, such as `Result.Name` or `data.items.0.name`.
    """

    def __init__(self, config: Config) -> None:
        self.config = config

    def look_up(self, text: str) -> dict[str, str] | None:
        words = self._words(text)
        url = _filled(self.config["address"], {name: quote(word, safe="") for name, word in words.items()})
        lines = [line.partition(":") for line in str(self.config.get("headers", "")).splitlines() if ":" in line]
        headers = {name.strip(): _filled(value.strip(), words) for name, _colon, value in lines}
        try:
            answer = fetch(url, headers={"Accept": "application/json", **headers})
        except Unreachable as unreachable:
            raise LookUpFailed(_why(unreachable.reason)) from unreachable
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise LookUpFailed(_("The registry answered with status %(status)d.") % {"status": answer.status})
        return self._read(answer.body)

    def _words(self, text: str) -> dict[str, str]:
        key, secret, now = str(self.config.get("key", "")), str(self.config.get("secret", "")), str(int(time.time()))
        signature = hashlib.md5(f"{key}{now}{secret}".encode(), usedforsecurity=False).hexdigest().upper()
        return {"name": text, "key": key, "secret": secret, "time": now, "signature": signature}

    def _read(self, body: bytes) -> dict[str, str] | None:
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise LookUpFailed(_("The registry's answer can't be read.")) from error
        found = {name: as_text(at(told, path)) for name, path in self.config.get("paths", {}).items() if name in FIELDS}
        return {name: text for name, text in found.items() if text} or None


PROVIDERS: dict[str, Callable[[Config], Provider]] = {"http": HttpProvider}


def config() -> Config:
    """What administrators have chosen; empty before."""
    kept = setting(SETTING)
    return kept if isinstance(kept, dict) else {}


def choose(chosen: Config) -> None:
    """Keep another choice; `provider` "" asks nobody."""
    set_setting(SETTING, chosen)


def provider() -> Provider | None:
    """The provider that was chosen, if any."""
    chosen = config()
    make = PROVIDERS.get(chosen.get("provider", ""))
    return make(chosen) if make and chosen.get("address") else None


def at(told: Any, path: str) -> Any:
    """What stands in JSON at a path: `data.items.0.name`, or `data.items[0].name`."""
    for step in filter(None, re.split(r"[.\[\]]+", path.removeprefix("$"))):
        if isinstance(told, Mapping):
            told = told.get(step)
        elif isinstance(told, list) and step.isdecimal() and int(step) < len(told):
            told = told[int(step)]
        else:
            return None
    return told


def as_text(value: Any) -> str:
    """A value of an answer as a person would type it; a moment in milliseconds as its day."""
    if isinstance(value, list):
        return "、".join(filter(None, map(as_text, value)))
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = str(value).strip()[:LONGEST_VALUE]
    if re.fullmatch(r"-?\d{11,13}", text) and not isinstance(value, str):
        return f"{datetime.fromtimestamp(int(text) / 1000, timezone.get_default_timezone()):%Y-%m-%d}"
    return text


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    return MAY_HOLD.sub(lambda match: words[match[1]], pattern)


def _why(reason: Reason) -> str:
    match reason:
        case Reason.ADDRESS:
            return _("The registry's address may not be asked. An administrator can mend it.")
        case Reason.TIME:
            return _("The registry did not answer in time.")
        case Reason.SIZE:
            return _("The registry's answer is too large.")
    return _("The registry can't be reached.")
