"""Leads."""

from keyuan.leads.models.lead import Lead, LeadSearch, LeadTag

__all__ = ["Lead", "LeadSearch", "LeadTag"]
