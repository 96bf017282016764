from django.urls import include, path

from keyuan.opportunities.views import involving, lining, lists, opportunities, products, transfer

opportunity_urls = (
    [
        path("", lists.opportunity_list, name="list"),
        path("count/", lists.opportunity_count, name="list_count"),
        path("bulk/", lists.opportunity_bulk, name="list_bulk"),
        path("transfer/", transfer.opportunity_transfer, name="transfer"),
        path("new/", opportunities.new, name="new"),
        path("<int:pk>/", opportunities.detail, name="detail"),
        path("<int:pk>/edit/", opportunities.edit, name="edit"),
        path("<int:pk>/fields/<slug:name>/", opportunities.field, name="field"),
        path("<int:pk>/delete/", opportunities.delete, name="delete"),
        path("<int:pk>/restore/", opportunities.restore, name="restore"),
        path("<int:pk>/star/", opportunities.star, name="star"),
        path("<int:pk>/lines/", lining.lines, name="lines"),
        path("<int:pk>/lines/follow/", lining.follow, name="follow"),
        path("<int:pk>/probability/", lining.probability, name="probability"),
        path("<int:pk>/parts/new/", involving.part_new, name="part_new"),
        path("<int:pk>/parts/<int:contact>/", involving.part, name="part"),
        path("<int:pk>/parts/<int:contact>/drop/", involving.part_drop, name="part_drop"),
        path("<int:pk>/competitors/new/", involving.competitor_new, name="competitor_new"),
        path("<int:pk>/competitors/<int:row>/", involving.competitor, name="competitor"),
        path("<int:pk>/competitors/<int:row>/drop/", involving.competitor_drop, name="competitor_drop"),
    ],
    "opportunities",
)
product_urls = (
    [
        path("", lists.product_list, name="list"),
        path("count/", lists.product_count, name="list_count"),
        path("bulk/", lists.product_bulk, name="list_bulk"),
        path("pick/", lists.pick_product, name="pick"),
        path("new/", products.new, name="new"),
        path("<int:pk>/", products.detail, name="detail"),
        path("<int:pk>/edit/", products.edit, name="edit"),
        path("<int:pk>/fields/<slug:name>/", products.field, name="field"),
        path("<int:pk>/delete/", products.delete, name="delete"),
        path("<int:pk>/restore/", products.restore, name="restore"),
    ],
    "products",
)
urlpatterns = [
    path("opportunities/", include(opportunity_urls)),
    path("products/", include(product_urls)),
]
