from keyuan.opportunities.models.line import OpportunityCompetitor, OpportunityLine, OpportunityPart, StageMove
from keyuan.opportunities.models.opportunity import Opportunity, OpportunitySearch, OpportunityTag
from keyuan.opportunities.models.pipeline import Pipeline, Stage
from keyuan.opportunities.models.product import Product, ProductSearch

__all__ = [
    "Opportunity",
    "OpportunityCompetitor",
    "OpportunityLine",
    "OpportunityPart",
    "OpportunitySearch",
    "OpportunityTag",
    "Pipeline",
    "Product",
    "ProductSearch",
    "Stage",
    "StageMove",
]
