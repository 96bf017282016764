"""Addresses of leads."""

from django.urls import include, path

from keyuan.leads.views import board, conversion, leads, pools, standing

lead_patterns = [
    path("", leads.lead_list, name="list"),
    path("count/", leads.lead_count, name="list_count"),
    path("bulk/", leads.lead_bulk, name="list_bulk"),
    path("new/", leads.new, name="new"),
    path("duplicates/", leads.duplicates, name="duplicates"),
    path("transfer/", leads.lead_transfer, name="transfer"),
    path("board/", board.board, name="board"),
    path("board/cards/", board.board_cards, name="board_cards"),
    path("board/choices/", board.board_choices, name="board_choices"),
    path("pool/", pools.pool, name="pool"),
    path("pool/count/", pools.pool_count, name="pool_count"),
    path("pool/bulk/", pools.pool_bulk, name="pool_bulk"),
    path("pool/claim/", pools.pool_claim, name="pool_claim"),
    path("pool/undo/<int:pk>/", pools.pool_undo, name="pool_undo"),
    path("assign/", pools.assign, name="assign"),
    path("release/", pools.release, name="release"),
    path("<int:pk>/lock/", pools.lock, name="lock"),
    path("<int:pk>/", leads.detail, name="detail"),
    path("<int:pk>/facts/", leads.facts, name="facts"),
    path("<int:pk>/edit/", leads.edit, name="edit"),
    path("<int:pk>/fields/<slug:name>/", leads.field, name="field"),
    path("<int:pk>/show/<slug:name>/", leads.show, name="show"),
    path("<int:pk>/delete/", leads.delete, name="delete"),
    path("<int:pk>/restore/", leads.restore, name="restore"),
    path("<int:pk>/star/", leads.star, name="star"),
    path("<int:pk>/move/", standing.move, name="move"),
    path("<int:pk>/start/", standing.start, name="start"),
    path("<int:pk>/qualify/", standing.qualify, name="qualify"),
    path("<int:pk>/disqualify/", standing.disqualify, name="disqualify"),
    path("<int:pk>/reopen/", standing.reopen, name="reopen"),
    path("<int:pk>/undo/", standing.undo, name="undo"),
    path("<int:pk>/convert/", conversion.convert, name="convert"),
    path("<int:pk>/convert/contacts/", conversion.contacts, name="convert_contacts"),
    path("<int:pk>/convert/undo/", conversion.undo, name="convert_undo"),
    path("<int:pk>/revive/", conversion.revive, name="revive"),
]
urlpatterns = [path("leads/", include((lead_patterns, "leads")))]
