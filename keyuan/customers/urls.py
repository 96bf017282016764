from django.urls import include, path

from keyuan.customers.views import (
    bulk,
    contacts,
    customers,
    inline,
    levels_admin,
    picking,
    places,
    pools,
    profile,
    rail,
    showing,
    tags_admin,
    transfer,
)

customer_urls = (
    [
        path("", customers.customer_list, name="list"),
        path("count/", customers.customer_count, name="list_count"),
        path("bulk/", bulk.customer_bulk, name="list_bulk"),
        path("new/", customers.customer_new, name="new"),
        path("pick/", picking.pick_customer, name="pick"),
        path("check/", rail.check, name="check"),
        path("transfer/", transfer.customer_transfer, name="transfer"),
        path("profile/", profile.profile, name="profile"),
        path("duplicates/", customers.customer_duplicates, name="duplicates"),
        path("trees/<slug:tree>/", places.tree_children, name="tree"),
        path("pool/", pools.pool, name="pool"),
        path("pool/count/", pools.pool_count, name="pool_count"),
        path("pool/bulk/", pools.pool_bulk, name="pool_bulk"),
        path("pool/claim/", pools.pool_claim, name="pool_claim"),
        path("pool/undo/<int:pk>/", pools.pool_undo, name="pool_undo"),
        path("assign/", pools.assign, name="assign"),
        path("release/", pools.release, name="release"),
        path("<int:pk>/lock/", pools.lock, name="lock"),
        path("<int:pk>/", customers.customer_detail, name="detail"),
        path("<int:pk>/facts/", customers.customer_facts, name="facts"),
        path("<int:pk>/edit/", customers.customer_edit, name="edit"),
        path("<int:pk>/fields/<slug:name>/", inline.customer_field, name="field"),
        path("<int:pk>/show/<slug:name>/", showing.customer_show, name="show"),
        path("<int:pk>/delete/", customers.customer_delete, name="delete"),
        path("<int:pk>/restore/", customers.customer_restore, name="restore"),
        path("<int:pk>/star/", customers.customer_star, name="star"),
        path("<int:pk>/relationship/", customers.customer_relationship, name="relationship"),
        path("<int:pk>/move/", places.customer_move, name="move"),
        path("<int:customer_pk>/contacts/new/", contacts.contact_new, name="add_contact"),
    ],
    "customers",
)
contact_urls = (
    [
        path("", contacts.contact_list, name="list"),
        path("count/", contacts.contact_count, name="list_count"),
        path("bulk/", bulk.contact_bulk, name="list_bulk"),
        path("pick/", picking.pick_contact, name="pick"),
        path("duplicates/", contacts.contact_duplicates, name="duplicates"),
        path("<int:pk>/", contacts.contact_detail, name="detail"),
        path("<int:pk>/edit/", contacts.contact_edit, name="edit"),
        path("<int:pk>/fields/<slug:name>/", inline.contact_field, name="field"),
        path("<int:pk>/delete/", contacts.contact_delete, name="delete"),
        path("<int:pk>/restore/", contacts.contact_restore, name="restore"),
        path("<int:pk>/show/<slug:name>/", showing.contact_show, name="show"),
    ],
    "contacts",
)
my_tag_urls = (
    [
        path("", tags_admin.my_tags, name="mine"),
        path("new/", tags_admin.my_tag_new, name="new"),
        path("<int:pk>/", tags_admin.my_tag_edit, name="edit"),
        path("<int:pk>/share/", tags_admin.my_tag_share, name="share"),
        path("<int:pk>/delete/", tags_admin.my_tag_delete, name="delete"),
    ],
    "tags",
)
transfer_urls = ([path("<int:pk>/undo/", transfer.transfer_undo, name="undo")], "transfers")
urlpatterns = [
    path("admin/duplicates/", include(([path("", levels_admin.duplicate_levels, name="levels")], "duplicate_levels"))),
    path("transfers/", include(transfer_urls)),
    path("tags/", include(my_tag_urls)),
    path("customers/", include(customer_urls)),
    path("contacts/", include(contact_urls)),
]
