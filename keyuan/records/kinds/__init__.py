"""The kinds of fields: one class each for how it is asked, read, written and shown."""

from keyuan.records.kinds.choices import Choice, Choices, Fixed, Tags
from keyuan.records.kinds.kind import Asked, FilterRefused, Kind
from keyuan.records.kinds.links import Link, Person
from keyuan.records.kinds.many import Links, People, Several
from keyuan.records.kinds.masked import Masked
from keyuan.records.kinds.numbers import Date, Moment, Money, Number, Percent, YesNo
from keyuan.records.kinds.places import Coded, InDepartment, Industry, Region
from keyuan.records.kinds.text import Email, LongText, Names, Phone, Text, Uscc, Website

__all__ = [
    "Asked",
    "Choice",
    "Choices",
    "Coded",
    "Date",
    "Email",
    "FilterRefused",
    "Fixed",
    "InDepartment",
    "Industry",
    "Kind",
    "Link",
    "Links",
    "LongText",
    "Masked",
    "Moment",
    "Money",
    "Names",
    "Number",
    "People",
    "Percent",
    "Person",
    "Phone",
    "Region",
    "Several",
    "Tags",
    "Text",
    "Uscc",
    "Website",
    "YesNo",
]
