"""List, detail and forms of contacts."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keyuan.customers.detail import groups, tags_of
from keyuan.customers.duplicates import Given
from keyuan.customers.fields import CONTACT
from keyuan.customers.forms import ContactForm
from keyuan.customers.lists import CONTACT_LIST, load_contacts
from keyuan.customers.models import Contact, Customer
from keyuan.customers.views.duplicates import panel_of
from keyuan.org.http import Request
from keyuan.records.namebook import NameBook
from keyuan.records.remembering import remember_visit
from keyuan.ui.audience import may
from keyuan.ui.editing import Saving, record_or_404, typed_version
from keyuan.ui.lists.page import ListPage
from keyuan.ui.pages import go, page, toast


@require_GET
@may("contact", "view")
def contact_list(request: Request) -> HttpResponseBase:
    return ListPage(CONTACT_LIST, request).response()


@require_GET
@may("contact", "view")
def contact_count(request: Request) -> HttpResponse:
    return ListPage(CONTACT_LIST, request).count_response()


@require_GET
@may("contact", "view")
def contact_detail(request: Request, pk: int) -> HttpResponse:
    contact = record_or_404(Contact, request, pk)
    book = NameBook(request.user)
    load_contacts([contact], book)
    remember_visit(request.user, "contact", pk)
    may_edit = contact.allows(request.user, "edit")
    context = {
        "title": contact.name,
        "contact": contact,
        "customer": contact.customer,
        "may_edit": may_edit,
        "may_delete": contact.allows(request.user, "delete"),
        "groups": groups(CONTACT, contact, book, may_edit, {"name", "tags", "customer", "id", "updated_by"}),
        "roles": CONTACT.fields["roles"].kind.plain(contact.roles, book),
        "tags": tags_of(CONTACT, contact, book),
        "also_at": Contact.objects.visible_to(request.user).filter(person=contact.person).exclude(pk=pk),
    }
    return page(request, "customers/contacts/detail.html", context)


@require_POST
@may("contact", "view")
def contact_duplicates(request: Request) -> HttpResponse:
    """The duplicate panel for the numbers and the mail that have been typed so far."""
    return panel_of(request, Given.of({name: request.POST.get(name, "") for name in ("mobile", "phone", "email")}))


@require_http_methods(["GET", "POST"])
@may("contact", "create")
def contact_new(request: Request, customer_pk: int) -> HttpResponse:
    """A contact of this customer and of no other (K3)."""
    customer = record_or_404(Customer, request, customer_pk, "edit")
    form = ContactForm(request.POST or None, by=request.user, fixed={"customer": customer})
    saving = Saving(form)
    if request.method == "POST" and saving.save():
        toast(request, _("Contact “%(name)s” was added") % {"name": saving.record})
        return go(request, "customers:detail", customer_pk)
    context = {"title": _("Add contact"), "form": form, "customer": customer}
    return page(request, "customers/contacts/form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@may("contact", "edit")
def contact_edit(request: Request, pk: int) -> HttpResponse:
    contact = record_or_404(Contact, request, pk, "edit")
    names = [name for name in CONTACT.editable_fields(request.user) if name != "customer"]
    form = ContactForm(request.POST or None, by=request.user, instance=contact, only=names)
    saving = Saving(form, typed_version(request) if request.method == "POST" else contact.version)
    if request.method == "POST" and saving.save():
        toast(request, _("Saved"))
        return go(request, "contacts:detail", pk)
    context = {
        "title": _("Edit contact"),
        "form": form,
        "contact": contact,
        "customer": contact.customer,
        "version": saving.version,
        "differences": saving.differences,
    }
    return page(
        request,
        "customers/contacts/form.html",
        context,
        status=409 if saving.differences else 422 if form.is_bound else 200,
    )


@require_POST
@may("contact", "delete")
def contact_delete(request: Request, pk: int) -> HttpResponse:
    contact = record_or_404(Contact, request, pk, "delete")
    contact.delete_by(request.user)
    undo = reverse("contacts:restore", args=[pk])
    toast(request, _("“%(name)s” is in the recycle bin") % {"name": contact.name}, undo=undo)
    return go(request, "customers:detail", contact.customer_id)


@require_POST
@may("contact", "delete")
def contact_restore(request: Request, pk: int) -> HttpResponse:
    contact = Contact.objects.binned(request.user).filter(pk=pk).first()
    if contact is None:
        return go(request, "contacts:detail", pk)
    contact.restore(by=request.user)
    toast(request, _("“%(name)s” was restored") % {"name": contact.name})
    return go(request, "contacts:detail", pk)
