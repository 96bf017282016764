"""The API of the product, composed of what the rooms bring."""

from keyuan import __version__
from keyuan.activities import api as activities
from keyuan.activities.fields import FOLLOW_UP, PLAN
from keyuan.campaigns.fields import CAMPAIGN
from keyuan.customers import api as customers
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.exchange import api as exchange
from keyuan.exchange import schemas as exchange_schemas
from keyuan.leads import api as leads
from keyuan.leads.campaigns import api as campaigns
from keyuan.leads.conversion import api as conversion
from keyuan.leads.fields import LEAD
from keyuan.notices import api as notices
from keyuan.opportunities import api as opportunities
from keyuan.opportunities import pipelines_api
from keyuan.opportunities.fields import OPPORTUNITY, PRODUCT
from keyuan.people import api as people
from keyuan.people import audit_api
from keyuan.pools import api as pools
from keyuan.search import api as search
from keyuan.ui.attachments import api as attachments
from keyuan.ui.rest import saved_views
from keyuan.ui.rest.openapi import RestApi
from keyuan.ui.rest.schemas import Schema

DESCRIPTION = (
    "JSON in UTF-8. Times are ISO 8601 with their zone, money is a decimal string. Choices are answered as "
    '{"value", "label"} and related records as {"id", "name"}; as input the value or id alone will do. '
    "PATCH and DELETE need the version in If-Match. POST obeys Idempotency-Key. "
    "Refusals are application/problem+json (RFC 9457)."
)
ROOMS: tuple[dict[str, Schema], ...] = (
    customers.SCHEMAS,
    leads.SCHEMAS,
    pools.SCHEMAS,
    campaigns.SCHEMAS,
    conversion.SCHEMAS,
    opportunities.SCHEMAS,
    pipelines_api.SCHEMAS,
    activities.SCHEMAS,
    exchange_schemas.SCHEMAS,
    notices.SCHEMAS,
    people.SCHEMAS,
    audit_api.SCHEMAS,
    attachments.SCHEMAS,
    saved_views.SCHEMAS,
    search.SCHEMAS,
)

api = RestApi(__version__, DESCRIPTION)
for components in ROOMS:
    api.components |= components
api.add_router("/customers", customers.customers)
api.add_router("/contacts", customers.contacts)
api.add_router("/customers", activities.timelines)
api.add_router("/campaigns", campaigns.campaigns)
api.add_router("/leads", conversion.leads)
api.add_router("/pools", pools.pools)
api.add_router("/opportunities", opportunities.opportunities)
api.add_router("/pipelines", pipelines_api.pipelines)
api.add_router("/products", opportunities.products)
api.add_router("/follow-ups", activities.follow_ups)
api.add_router("/plans", activities.plans)
api.add_router("/tags", customers.tags)
VIEWED = (CUSTOMER, CONTACT, LEAD, OPPORTUNITY, PRODUCT, CAMPAIGN, FOLLOW_UP, PLAN)
api.add_router("/views", saved_views.views_router({one.module: one for one in VIEWED}))
api.add_router("/users", people.users)
api.add_router("/departments", people.departments)
api.add_router("/roles", people.roles)
api.add_router("/search", search.router)
api.add_router("/imports", exchange.imports)
api.add_router("/exports", exchange.exports)
api.add_router("/notices", notices.notices)
api.add_router("/attachments", attachments.router)
api.add_router("/audit", audit_api.audit)
