"""Leads."""

from keyuan.leads.conversion.models.conversion import LeadConversion
from keyuan.leads.models.lead import Lead, LeadSearch, LeadTag

__all__ = ["Lead", "LeadConversion", "LeadSearch", "LeadTag"]
