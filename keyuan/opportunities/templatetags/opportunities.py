"""Tags for opportunities in templates."""

from django import template

from keyuan.opportunities.stages import offered_pipelines, stages_of
from keyuan.records.namebook import NameBook

register = template.Library()


@register.simple_tag
def stages_for_many(book: NameBook) -> list[tuple[str, list[tuple[int, str]]]]:
    """{% stages_for_many list.book as found %}: name of each pipeline, and its stages but for the lost one."""
    known = stages_of(book)
    return [
        (str(one), [(stage.pk, str(stage)) for stage in known.of(one.pk) if stage.kind != "lost"])
        for one in offered_pipelines(book)
    ]
