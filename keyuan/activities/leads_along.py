"""Follow-ups and plans move along with a lead that becomes a customer, and say which lead they came from."""

from __future__ import annotations

from typing import Any

from keyuan.activities.models import FollowUp, Plan
from keyuan.activities.models.deriving import push_dates
from keyuan.customers.models import Customer
from keyuan.leads.conversion.along import Along
from keyuan.leads.models import Lead
from keyuan.records.attachments.models import follow
from keyuan.records.history import Operation


def _go(lead: Lead, customer: Customer, operation: Operation) -> None:
    for model in (FollowUp, Plan):
        _hang(model, model.rows.filter(lead=lead, customer=None), customer, operation)


def _back(lead: Lead, customer: Customer, operation: Operation) -> None:
    for model in (FollowUp, Plan):
        _hang(model, model.rows.filter(lead=lead, customer=customer), None, operation, opportunity=None)
    push_dates({customer.pk})


def _hang(model: Any, rows: Any, customer: Customer | None, operation: Operation, **more: Any) -> None:
    pks = rows.change(by=operation.by, operation=operation, customer=customer, **more)
    if pks:
        follow(model.module, pks, customer.pk if customer is not None else None)


ACTIVITIES = Along(_go, _back)
