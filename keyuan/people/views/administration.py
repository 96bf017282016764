"""The entrance of administration, and the settings of the organisation."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keyuan.org.http import Request
from keyuan.org.models import Department, Role, User
from keyuan.org.settings import set_setting
from keyuan.org.throttle import locked_accounts
from keyuan.people import log
from keyuan.people.settings_form import SettingsForm
from keyuan.records.options import Option, Tag
from keyuan.ui.audience import administrators
from keyuan.ui.pages import page, toast
from keyuan.ui.stepup import confirmed_when


@require_GET
@administrators
def overview(request: Request) -> HttpResponse:
    people = User.objects.people()
    context: dict[str, Any] = {
        "title": _("Administration"),
        "people": people.filter(is_active=True).count(),
        "locked": len(locked_accounts()),
        "departments": Department.objects.count(),
        "roles": Role.objects.count(),
        "options": Option.objects.filter(is_retired=False).count(),
        "tags": Tag.objects.filter(owner=None, is_retired=False).count(),
    }
    return page(request, "people/overview.html", context)


def changes_history(request: Request) -> bool:
    """Whether the form names another time after which the logs go."""
    wanted = request.POST.get("history_months")
    return wanted is not None and wanted != SettingsForm.current()["history_months"]


@require_http_methods(["GET", "POST"])
@administrators
@confirmed_when(changes_history)
def settings(request: Request) -> HttpResponse:
    before = SettingsForm.current()
    form = SettingsForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            for key in form.changed_data:
                set_setting(key, form.cleaned_data[key])
            log.write_difference("setting", 0, before, form.cleaned_data, by=request.user)
        toast(request, _("Saved"))
        return redirect("people:settings")
    context = {"title": _("Settings"), "form": form}
    return page(request, "people/settings.html", context, status=422 if form.errors else 200)
