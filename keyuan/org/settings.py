"""Settings of the organisation, each with its default."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from keyuan.org.models import Setting

DEFAULTS: dict[str, Any] = {
    "attachment_megabytes": 50,  # of the largest file
    "attachment_forbidden": "exe msi com scr pif bat cmd ps1 vbs vbe js jse wsf wsh hta cpl jar lnk reg dll app",
    "attachment_most": 200,  # files of one record
    "history_months": "0",  # for how long history is kept; 0: for ever
    "activity_rules": {},  # see activities/rules.py
    "response_rules": {},  # see leads/responding/rules.py
    "duplicate_levels": {},  # see customers/levels.py
    "opportunity_rules": {},  # see opportunities/rules.py
    "workdays": {},  # see records/reference/workdays.py
    "currency": "CNY",  # of all amounts, as the API tells it
    "company_name": "",
    "administrator_contact": "",
    "safety_notice": _("Avoid signing in on public networks, and lock the screen when you leave."),
    "entry_guide": _(
        "Write the full name as on the business licence, landlines with area code; "
        "leave empty what you do not know yet."
    ),
}


def setting(key: str) -> Any:
    """The value of one setting; its default where nobody has set it."""
    return settings(key)[key]


def settings(*keys: str) -> dict[str, Any]:
    """The values of several settings, in one query."""
    kept = dict(Setting.objects.filter(pk__in=keys).values_list("key", "value"))
    return {key: kept[key] if kept.get(key) not in (None, "") else DEFAULTS.get(key, "") for key in keys}


def set_setting(key: str, value: Any) -> None:
    Setting.objects.update_or_create(key=key, defaults={"value": value})
