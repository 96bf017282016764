"""Index of the models of every room."""

from keyuan.activities.models import *  # noqa: F403
from keyuan.campaigns.models import Campaign, CampaignSearch
from keyuan.customers.models import *  # noqa: F403
from keyuan.exchange.models import *  # noqa: F403
from keyuan.leads.assignment.models import AssignmentRule
from keyuan.leads.campaigns.models import CampaignMember
from keyuan.leads.models import *  # noqa: F403
from keyuan.leads.responding.models import ResponseStep
from keyuan.leads.web_form.models import WebForm
from keyuan.notices.models import *  # noqa: F403
from keyuan.opportunities.models import *  # noqa: F403
from keyuan.org.kept import PasswordLink, Place, Session, UsedPassword
from keyuan.org.models import ApiToken, Department, Grant, Role, Setting, SignInTries, User
from keyuan.people.models import *  # noqa: F403
from keyuan.pools.extending import ExtensionRequest
from keyuan.pools.models import ClaimCount, Pool, PoolMember
from keyuan.records.attachments.models import Attachment
from keyuan.records.models import *  # noqa: F403
from keyuan.records.sealing.seals import Epoch, Erasure, Seal
from keyuan.ui.rest.kept import Replay

__all__ = [
    "ApiToken",
    "AssignmentRule",
    "Attachment",
    "Campaign",
    "CampaignMember",
    "CampaignSearch",
    "ClaimCount",
    "Department",
    "Epoch",
    "Erasure",
    "ExtensionRequest",
    "Grant",
    "PasswordLink",
    "Place",
    "Pool",
    "PoolMember",
    "Replay",
    "ResponseStep",
    "Role",
    "Seal",
    "Session",
    "Setting",
    "SignInTries",
    "UsedPassword",
    "User",
    "WebForm",
]
