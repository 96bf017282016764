"""The forms of sign-in, account and administration."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from keyuan.org.models import ApiToken, Department, Role, User
from keyuan.org.protection import MOST_HISTORY, PRESETS, Policy, Protection
from keyuan.people.departments import tree
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.email import clean_email
from keyuan.records.cleaners.lines import clean_line
from keyuan.records.cleaners.phone import clean_phone
from keyuan.records.moving import count_owned
from keyuan.ui import formats

ALONG = [("yes", gettext_lazy("Move along into the new department")), ("no", gettext_lazy("Leave in the old one"))]


def asked_for_records(number: int) -> str:
    """The question for somebody who moves people that own records."""
    told = ngettext("%(n)s record belongs to them.", "%(n)s records belong to them.", number)
    asked = _("Choose what happens to them: the department decides who may see them.")
    return f"{told % {'n': formats.count(number)}} {asked}"


def cleaned(clean: Callable[[str], str], text: str) -> str:
    """What a cleaner makes of `text`; its refusal becomes the error of the field."""
    try:
        return clean(text)
    except Invalid as refusal:
        raise forms.ValidationError(str(refusal)) from refusal


class DepartmentChoice(forms.ModelChoiceField):
    """The tree as a select: indented, without the branches that can't be chosen."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("empty_label", "—")
        super().__init__(queryset=Department.objects.all(), **options)

    def offer(self, departments: list[Department]) -> None:
        """Offer these departments only, in this order."""
        self.queryset = Department.objects.filter(pk__in=[one.pk for one in departments])
        blank = [] if self.required and self.initial else [("", self.empty_label or "—")]
        self.choices = [*blank, *((one.pk, one.indented) for one in departments)]


def working(kept: int | None = None) -> QuerySet[User]:
    """The people whom a form offers: enabled ones, and whoever stands there already."""
    return User.objects.people().filter(Q(is_active=True) | Q(pk=kept)).order_by("name", "pk")


class SignInForm(forms.Form):
    username = forms.CharField(label=gettext_lazy("User name"), max_length=254)
    password = forms.CharField(label=gettext_lazy("Password"), max_length=1000, strip=False, widget=forms.PasswordInput)
    stay = forms.BooleanField(label=gettext_lazy("Stay signed in on this computer for 7 days"), required=False)


class UnlockForm(forms.Form):
    password = forms.CharField(label=gettext_lazy("Password"), max_length=1000, strip=False, widget=forms.PasswordInput)


class PasswordForm(forms.Form):
    """A new password, typed twice; after the first change the old one is asked for as well."""

    old = forms.CharField(
        label=gettext_lazy("Old password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=gettext_lazy("New password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Once more"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.must_change_password:
            del self.fields["old"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("again") and given.get("password") and given["again"] != given["password"]:
            self.add_error("again", _("The two are not equal."))
        return given


class LinkPasswordForm(PasswordForm):
    """The same for whoever comes by the link of a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=User(must_change_password=True), **kwargs)


class PersonForm(forms.Form):
    """Name, phone and e-mail: what one may change of oneself."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    phone = forms.CharField(label=gettext_lazy("Mobile phone"), max_length=40, required=False)
    email = forms.CharField(label=gettext_lazy("E-mail"), max_length=254, required=False)

    def __init__(self, *args: Any, person: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_name(self) -> str:
        return cleaned(lambda text: clean_line(text, 60), self.cleaned_data["name"])

    def clean_phone(self) -> str:
        phone = cleaned(clean_phone, self.cleaned_data["phone"])
        return self._unused(phone, _("Somebody else signs in with this phone."), phone=phone)

    def clean_email(self) -> str:
        email = cleaned(clean_email, self.cleaned_data["email"])
        return self._unused(email, _("Somebody else signs in with this e-mail."), email__iexact=email)

    def _unused(self, value: str, refusal: str, **found: str) -> str:
        others = User.objects.filter(**found)
        if self.person is not None:
            others = others.exclude(pk=self.person.pk)
        if value and others.exists():
            raise forms.ValidationError(refusal)
        return value


class MemberForm(PersonForm):
    """A member as administrators, and those who may edit people, see it."""

    username = forms.RegexField(
        r"^[\w.@+-]+$",
        label=gettext_lazy("User name"),
        max_length=60,
        help_text=gettext_lazy("To sign in with; letters, digits, characters and . - _ @ +"),
        error_messages={"invalid": gettext_lazy("Use letters, digits, characters and . - _ @ + only.")},
    )
    department = DepartmentChoice(label=gettext_lazy("Department"))
    position = forms.CharField(label=gettext_lazy("Position"), max_length=60, required=False)
    superior = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Superior"), required=False, empty_label=gettext_lazy("None")
    )
    roles = forms.ModelMultipleChoiceField(
        Role.objects.all(),
        label=gettext_lazy("Roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("As in the browser")), *settings.LANGUAGES],
    )
    along = forms.ChoiceField(
        label=gettext_lazy("Their records"), required=False, choices=ALONG, widget=forms.RadioSelect
    )
    field_order = ("name", "username", "phone", "email", "department", "position", "superior", "language", "roles")

    def __init__(self, *args: Any, by: User, operation: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach = by.reach("people", operation)
        within = [one for one in tree() if by.is_administrator or reach.covers(None, one.pk)]
        self.fields["department"].offer(within)  # type: ignore[attr-defined]
        people = working(self.person.superior_id if self.person else None)
        self.fields["superior"].queryset = people.exclude(pk=self.person.pk) if self.person else people  # type: ignore[attr-defined]
        self.owned = 0
        if self.person is None or not by.is_administrator:
            del self.fields["along"]
        if not by.is_administrator:
            del self.fields["roles"]

    def clean(self) -> dict[str, Any]:
        """Who moves to another department is asked about their records first, where they own some."""
        given = super().clean() or {}
        department = given.get("department")
        if "along" in self.fields and self.person and department and department.pk != self.person.department_id:
            self.owned = count_owned([self.person.pk])
            if self.owned and not given.get("along"):
                self.add_error("along", asked_for_records(self.owned))
        return given

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        for column in ("username__iexact", "email__iexact", "phone"):  # a user name wins over what others sign in with
            self._unused(username, _("This user name is taken."), **{column: username})
        return username


class MoveForm(forms.Form):
    """Where several people move, and whether their records move along."""

    department = DepartmentChoice(label=gettext_lazy("Department"))
    along = forms.ChoiceField(label=gettext_lazy("Their records"), choices=ALONG, widget=forms.RadioSelect)

    def __init__(self, *args: Any, records: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].offer(tree())  # type: ignore[attr-defined]
        if records:
            self.fields["along"].help_text = asked_for_records(records)
        else:
            del self.fields["along"]


class GiveRoleForm(forms.Form):
    what = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=[
            ("give", gettext_lazy("Give a role, beside those they have")),
            ("take", gettext_lazy("Take a role away")),
        ],
        initial="give",
        widget=forms.RadioSelect,
    )
    role = forms.ModelChoiceField(Role.objects.all(), label=gettext_lazy("Role"))


class DepartmentForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Department name"), max_length=100)
    parent = DepartmentChoice(label=gettext_lazy("Lies below"))
    head = forms.ModelChoiceField(
        User.objects.none(),
        label=pgettext_lazy("department", "Head"),
        required=False,
        empty_label=gettext_lazy("None"),
    )

    def __init__(self, *args: Any, department: Department | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["head"].queryset = working(department.head_id if department else None)  # type: ignore[attr-defined]
        if department is not None and department.parent_id is None:
            del self.fields["parent"]
            return
        outside = [one for one in tree() if department is None or not one.path.startswith(department.path)]
        self.fields["parent"].offer(outside)  # type: ignore[attr-defined]


class TargetForm(forms.Form):
    """Where everything in a department goes that is deleted."""

    target = DepartmentChoice(label=gettext_lazy("Move everything in it to"))

    def __init__(self, *args: Any, department: Department, is_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].required = is_needed
        outside = [one for one in tree() if not one.path.startswith(department.path)]
        self.fields["target"].offer(outside)  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Role name"), max_length=60)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=300, required=False)
    copy_of = forms.ModelChoiceField(
        Role.objects.all(),
        label=gettext_lazy("Begin with the permissions of"),
        required=False,
        empty_label=gettext_lazy("No role"),
    )

    def __init__(self, *args: Any, role: Role | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if role is not None:
            del self.fields["copy_of"]


class AddressesForm(forms.Form):
    addresses = forms.CharField(
        label=gettext_lazy("Addresses and networks"),
        max_length=6000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("One per line, such as 203.0.113.7 or 10.0.0.0/8. Empty: from everywhere."),
    )


class ProtectionForm(forms.Form):
    """Rules for passwords and sessions. Who chooses another preset and leaves the numbers gets those of the preset."""

    NUMBERS = ("least", "classes", "history", "rotation")
    preset = forms.ChoiceField(label=gettext_lazy("Preset"), choices=[(key, key) for key in PRESETS])
    least = forms.IntegerField(label=gettext_lazy("Shortest length"), min_value=6, max_value=64)
    classes = forms.TypedChoiceField(
        label=gettext_lazy("Classes of characters"),
        coerce=int,
        choices=[
            (0, gettext_lazy("Not demanded")),
            (2, gettext_lazy("2 of 4")),
            (3, gettext_lazy("3 of 4")),
            (4, gettext_lazy("All 4")),
        ],
        help_text=gettext_lazy("Capitals, small letters, digits, other signs."),
    )
    history = forms.IntegerField(
        label=gettext_lazy("Earlier passwords refused"),
        min_value=0,
        max_value=MOST_HISTORY,
        help_text=gettext_lazy("0: none."),
    )
    rotation = forms.IntegerField(
        label=gettext_lazy("Days until a new one is due"),
        min_value=0,
        max_value=3650,
        help_text=gettext_lazy("0: never. Who is late sets a new one with the next click."),
    )
    idle = forms.IntegerField(
        label=gettext_lazy("Minutes without work until the screen locks"),
        min_value=0,
        max_value=24 * 60,
        help_text=gettext_lazy("0: never. What was typed stays on the page."),
    )
    confirmed = forms.IntegerField(
        label=gettext_lazy("Minutes a confirmed password counts"),
        min_value=1,
        max_value=24 * 60,
        help_text=gettext_lazy("Exports, permissions, resets and tokens ask again afterwards."),
    )

    def __init__(self, *args: Any, now: Protection, **kwargs: Any) -> None:
        policy = now.policy
        start = {name: getattr(policy, name) for name in ("preset", *self.NUMBERS)}
        start |= {"idle": now.idle_minutes, "confirmed": now.confirmed_minutes}
        super().__init__(*args, **{**kwargs, "initial": start})

    def wanted(self) -> Protection:
        """What was chosen."""
        given = self.cleaned_data
        policy = Policy(given["preset"], *(given[name] for name in self.NUMBERS))
        if "preset" in self.changed_data and not set(self.changed_data) & set(self.NUMBERS):
            policy = PRESETS[given["preset"]]
        return Protection(policy, given["idle"], given["confirmed"])


class TokenForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=100)
    scope = forms.ChoiceField(
        label=pgettext_lazy("token", "May"), choices=ApiToken.Reaches, initial=ApiToken.Reaches.READ
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        coerce=int,
        initial=90,
        choices=[
            (30, pgettext_lazy("validity", "30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("1 year")),
            (0, gettext_lazy("Until revoked")),
        ],
    )
