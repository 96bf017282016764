"""One product: its page and its form."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers.detail import groups
from keyuan.customers.views.inline import field_of
from keyuan.opportunities.fields import PRODUCT
from keyuan.opportunities.forms import ProductForm
from keyuan.opportunities.lists import load_opportunities, load_products
from keyuan.opportunities.models import Opportunity, Product
from keyuan.opportunities.stages import stages_of
from keyuan.org.http import Request
from keyuan.records.namebook import NameBook
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version
from keyuan.ui.pages import go, page, toast

DEALS = 50


@require_GET
@may("product", "view")
def detail(request: Request, pk: int) -> HttpResponse:
    product = record_or_404(Product, request, pk)
    book = NameBook(request.user)
    load_products([product], book)
    may_edit = product.allows(request.user, "edit")
    context = {
        "title": product.name,
        "product": product,
        "may_edit": may_edit,
        "may_delete": product.allows(request.user, "delete"),
        "groups": groups(PRODUCT, product, book, may_edit, {"name", "id"}),
        **deals_with(product, book),
    }
    return page(request, "opportunities/products/detail.html", context)


def deals_with(product: Product, book: NameBook) -> dict[str, Any]:
    """The opportunities that hold this product, as far as the reader sees them, the latest first."""
    if not book.user.may("opportunity", "view"):
        return {"deals": None}
    seen = Opportunity.objects.visible_to(book.user).filter(products__contains=[product.pk])
    rows = list(seen.select_related("customer").order_by("-updated_at", "-pk")[: DEALS + 1])
    load_opportunities(rows, book)
    stages = stages_of(book).by_id
    return {
        "deals": [(row, stages.get(row.stage_id)) for row in rows[:DEALS]],
        "more_deals": len(rows) > DEALS,
        "sees_amount": book.user.rights.sees("opportunity", "amount"),
    }


@require_http_methods(["GET", "POST"])
@may("product", "create")
def new(request: Request) -> HttpResponse:
    form = ProductForm(request.POST or None, by=request.user)
    saving = Saving(form)
    if request.method == "POST" and saving.save():
        toast(request, _("Product “%(name)s” was added") % {"name": saving.record})
        return go(request, "products:list")
    context = {"title": _("New product"), "form": form}
    return page(request, "opportunities/products/form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@may("product", "edit")
def edit(request: Request, pk: int) -> HttpResponse:
    product = record_or_404(Product, request, pk, "edit")
    form = ProductForm(request.POST or None, by=request.user, instance=product)
    saving = Saving(form, typed_version(request) if request.method == "POST" else product.version)
    if request.method == "POST" and saving.save():
        toast(request, _("Saved"))
        return go(request, "products:detail", pk)
    context = {
        "title": _("Edit product"),
        "form": form,
        "product": product,
        "version": saving.version,
        "differences": saving.differences,
    }
    status = 409 if saving.differences else 422 if form.is_bound else 200
    return page(request, "opportunities/products/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@may("product", "edit")
def field(request: Request, pk: int, name: str) -> HttpResponse:
    return field_of(request, Product, ProductForm, pk, name)


@require_POST
@may("product", "delete")
def delete(request: Request, pk: int) -> HttpResponse:
    product = record_or_404(Product, request, pk, "delete")
    product.delete_by(request.user)
    undo = reverse("products:restore", args=[pk])
    toast(request, _("“%(name)s” is in the recycle bin") % {"name": product}, undo=undo)
    return go(request, "products:list")


@require_POST
@may("product", "delete")
def restore(request: Request, pk: int) -> HttpResponse:
    product = Product.objects.binned(request.user).filter(pk=pk).first()
    if product is not None:
        product.restore(by=request.user)
        toast(request, _("“%(name)s” was restored") % {"name": product})
    return go(request, "products:detail", pk)
