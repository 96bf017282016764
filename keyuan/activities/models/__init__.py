"""What salespeople did with customers, and what they plan to do."""

from keyuan.activities.models.follow_up import FollowUp, FollowUpSearch
from keyuan.activities.models.plan import Plan, PlanSearch
from keyuan.activities.models.reminder import PlanReminder
from keyuan.activities.models.series import PlanSeries

__all__ = ["FollowUp", "FollowUpSearch", "Plan", "PlanReminder", "PlanSearch", "PlanSeries"]
