"""Editable lists of choices and coloured tags."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from keyuan.org.models import User
from keyuan.records.text import normalise

SEEDS: dict[str, dict[str, Any]] = {
    "category": {
        "potential": pgettext_lazy("class", "Potential"),
        "interested": pgettext_lazy("class", "Interested"),
        "signed": pgettext_lazy("class", "Signed"),
        "regular": pgettext_lazy("class", "Regular"),
    },
    "level": {"A": "A", "B": "B", "C": "C"},
    "size": {
        "1-19": _("1–19 people"),
        "20-99": _("20–99 people"),
        "100-499": _("100–499 people"),
        "500-999": _("500–999 people"),
        "1000-4999": _("1,000–4,999 people"),
        "5000-9999": _("5,000–9,999 people"),
        "10000+": _("10,000 people and more"),
    },
    "source": {
        "campaign": _("Campaign"),
        "website": _("Website enquiry"),
        "phone": _("Phone enquiry"),
        "exhibition": _("Exhibition"),
        "referral": _("Referral by a customer"),
        "partner": _("Partner"),
        "cold": _("Own research"),
        "import": _("Import"),
        "other": _("Other source"),
    },
    "company_type": {
        "limited": _("Limited liability company"),
        "joint_stock": _("Joint-stock company"),
        "sole": _("Sole proprietorship"),
        "partnership": _("Partnership"),
        "state": _("State-owned enterprise"),
        "foreign": _("Foreign-invested enterprise"),
        "individual": _("Individual business"),
        "public": _("Public institution"),
        "other": _("Other type"),
    },
    "registration_status": {
        "active": _("In operation"),
        "suspended": _("Suspended"),
        "revoked": _("Licence revoked"),
        "cancelled": _("Deregistered"),
        "moved": _("Moved out"),
    },
    "contact_role": {
        "decision_maker": _("Decision maker"),
        "operator": _("Person in charge"),
        "technical": _("Technical contact"),
    },
    "follow_up_kind": {
        "phone": pgettext_lazy("kind of follow-up", "Call"),
        "visit": pgettext_lazy("kind of follow-up", "Visit"),
        "meeting": pgettext_lazy("kind of follow-up", "Meeting"),
        "wechat": pgettext_lazy("kind of follow-up", "WeChat"),
        "email": pgettext_lazy("kind of follow-up", "E-mail"),
        "sms": pgettext_lazy("kind of follow-up", "Text message"),
        "other": pgettext_lazy("kind of follow-up", "Other"),
    },
    "follow_up_result": {
        "progress": pgettext_lazy("result", "Progress"),
        "no_progress": pgettext_lazy("result", "No progress"),
        "interested": pgettext_lazy("result", "Interest confirmed"),
        "no_answer": pgettext_lazy("result", "Not reached"),
        "later": pgettext_lazy("result", "Asked to call later"),
        "refused": pgettext_lazy("result", "Refused"),
    },
    "deal_role": {
        "decision_maker": _("Decision maker"),
        "operator": _("Person in charge"),
        "technical": _("Technical contact"),
        "influencer": pgettext_lazy("deal", "Influencer"),
        "user": pgettext_lazy("deal", "User"),
    },
    "opportunity_lost_reason": {
        "price": pgettext_lazy("opportunity lost", "Price too high"),
        "competitor": pgettext_lazy("opportunity lost", "A competitor was chosen"),
        "budget": pgettext_lazy("opportunity lost", "Budget cancelled or put off"),
        "needs": pgettext_lazy("opportunity lost", "Does not fit the needs"),
        "delivery": pgettext_lazy("opportunity lost", "Delivery time"),
        "relation": pgettext_lazy("opportunity lost", "Decision maker not won over"),
        "other": _("Other reason"),
    },
    "release_reason": {
        "unreachable": pgettext_lazy("given back", "Not reached"),
        "no_need": pgettext_lazy("given back", "No need"),
        "not_a_target": pgettext_lazy("given back", "Not our kind of customer"),
        "no_time": pgettext_lazy("given back", "No time to follow up"),
        "handover": pgettext_lazy("given back", "Work is handed over"),
        "other": _("Other reason"),
    },
    "rating": {
        "hot": pgettext_lazy("rating", "Hot"),
        "warm": pgettext_lazy("rating", "Warm"),
        "cold": pgettext_lazy("rating", "Cold"),
    },
    "invalid_reason": {
        "wrong_number": pgettext_lazy("lead invalid", "Number not in use or wrong"),
        "no_need": pgettext_lazy("lead invalid", "No need"),
        "budget": pgettext_lazy("lead invalid", "Budget too small"),
        "duplicate": pgettext_lazy("lead invalid", "Duplicate lead"),
        "not_target": pgettext_lazy("lead invalid", "Not a customer for us"),
        "competitor": pgettext_lazy("lead invalid", "A competitor was chosen"),
        "other": pgettext_lazy("lead invalid", "Other"),
    },
    "campaign_type": {
        "exhibition": pgettext_lazy("campaign", "Exhibition"),
        "conference": pgettext_lazy("campaign", "Conference or seminar"),
        "webinar": pgettext_lazy("campaign", "Webinar"),
        "online": pgettext_lazy("campaign", "Online advertising"),
        "mail": pgettext_lazy("campaign", "Mail or messages"),
        "content": pgettext_lazy("campaign", "Articles and social media"),
        "other": pgettext_lazy("campaign", "Other campaign"),
    },
    "campaign_answer": {
        "invited": pgettext_lazy("campaign member", "Invited"),
        "registered": pgettext_lazy("campaign member", "Registered"),
        "attended": pgettext_lazy("campaign member", "Attended"),
        "absent": pgettext_lazy("campaign member", "Did not come"),
        "declined": pgettext_lazy("campaign member", "Declined"),
    },
    "competitor": {},
    "product_category": {},
    "lost_reason": {
        "competitor": _("Went to a competitor"),
        "budget": _("No budget"),
        "closed": _("Out of business"),
        "service": _("Unhappy with the service"),
        "other": _("Other reason"),
    },
}
"""What a fresh installation offers, per list, in order. Seeded options are translated until they are renamed."""

EXTRAS: dict[str, dict[str, dict[str, Any]]] = {
    "category": {"potential": {"tint": 1}, "interested": {"tint": 2}, "signed": {"tint": 3}, "regular": {"tint": 4}},
    "level": {"A": {"days": 14}, "B": {"days": 30}, "C": {"days": 90}},
    "contact_role": {"decision_maker": {"tint": 4}, "operator": {"tint": 2}, "technical": {"tint": 3}},
    "deal_role": {
        "decision_maker": {"tint": 4},
        "operator": {"tint": 2},
        "technical": {"tint": 3},
        "influencer": {"tint": 5},
        "user": {"tint": 6},
    },
    "follow_up_kind": {
        "phone": {"icon": "phone", "tint": 2},
        "visit": {"icon": "map-pin", "tint": 1},
        "meeting": {"icon": "users", "tint": 4},
        "wechat": {"icon": "brand-wechat", "tint": 3},
        "email": {"icon": "mail", "tint": 5},
        "sms": {"icon": "message", "tint": 5},
        "other": {"icon": "checkbox", "tint": 6},
    },
}


class Option(models.Model):
    """One entry of one list. `key` travels through the API and never changes; the name may."""

    list = models.CharField(max_length=30, db_collation="C")
    key = models.CharField(max_length=60, db_collation="C")
    name = models.CharField(_("Option"), max_length=60, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_retired = models.BooleanField(default=False)
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "option"
        ordering: ClassVar = ["list", "position", "id"]
        constraints: ClassVar = [models.UniqueConstraint("list", "key", name="option_keys_are_unique_in_their_list")]

    def __str__(self) -> str:
        if self.name:
            return self.name
        return gettext(str(SEEDS.get(self.list, {}).get(self.key, self.key)))

    @property
    def names(self) -> tuple[str, ...]:
        """Every word that means this option: its name, or that of the seed in all languages."""
        return (self.name,) if self.name else seed_names(self.list, self.key) or (self.key,)


def choice(list_: str, label: Any, **options: Any) -> models.ForeignKey[Any, Any]:
    """A field whose values come from one editable list."""
    return models.ForeignKey(
        Option,
        models.PROTECT,
        verbose_name=label,
        related_name="+",
        limit_choices_to={"list": list_},
        db_index=False,
        **options,
    )


def optional_choice(list_: str, label: Any) -> models.ForeignKey[Any, Any]:
    return choice(list_, label, null=True, blank=True)


@lru_cache(maxsize=512)
def seed_names(list_: str, key: str) -> tuple[str, ...]:
    """What a seeded option is called in every language of the product."""
    label = SEEDS.get(list_, {}).get(key)
    if label is None:
        return ()
    names = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            names.append(str(label))
    return tuple(dict.fromkeys(names))


def lay_options(registry: Any) -> None:
    """Fill the lists that are still empty. `registry` is an app registry, also a historical one."""
    option = registry.get_model("keyuan", "Option")
    for name, entries in SEEDS.items():
        if not option.objects.filter(list=name).exists():
            extras = EXTRAS.get(name, {})
            option.objects.bulk_create(
                option(list=name, key=key, position=position, extra=extras.get(key, {}))
                for position, key in enumerate(entries)
            )
    tag = registry.get_model("keyuan", "Tag")
    if not tag.objects.exists():
        tag.objects.bulk_create(tag(name=name, key=normalise(name), tint=tint) for name, tint in SEED_TAGS)


SEED_TAGS = (("高价值", 4), ("重点关注", 5))


def tag_key(name: str) -> str:
    """What makes two tags the same: case, width and blanks do not count."""
    return re.sub(r"\s+", "", normalise(name))


TAG_RULES = "tag"
"""Rules about tags are options of this list, so that they are read with all other lists."""
FREE_TAGS = "free"


def free_tags(rules: Iterable[Option]) -> bool:
    """Whether everybody makes shared tags by typing them; so it is until an administrator retires that rule."""
    return not any(one.key == FREE_TAGS and one.is_retired for one in rules)


class TagQuerySet(models.QuerySet["Tag"]):
    def usable_by(self, user: User) -> TagQuerySet:
        """Shared tags and the person's own private ones."""
        return self.filter(Q(owner=None) | Q(owner=user))

    def offered_to(self, user: User) -> TagQuerySet:
        return self.usable_by(user).filter(is_retired=False)


class Tag(models.Model):
    """A coloured label. Shared when it has no owner, else private to its owner."""

    name = models.CharField(_("Tag"), max_length=40)
    key = models.CharField(max_length=60, db_collation="C")
    group = models.CharField(_("Tag group"), max_length=40, blank=True)
    tint = models.PositiveSmallIntegerField(_("Colour"), default=0)
    owner = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    is_retired = models.BooleanField(default=False)

    objects: ClassVar = TagQuerySet.as_manager()

    class Meta:
        db_table = "tag"
        ordering: ClassVar = ["group", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("key", condition=Q(owner=None), name="shared_tags_have_different_names"),
            models.UniqueConstraint("owner", "key", condition=~Q(owner=None), name="own_tags_have_different_names"),
        ]

    def __str__(self) -> str:
        return self.name
