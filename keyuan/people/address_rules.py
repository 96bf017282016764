"""From which networks the people of a role may work (L6)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from keyuan.org.administrators import lock_organisation, require_administrator
from keyuan.org.models import Role, User
from keyuan.org.networks import is_within, read_networks
from keyuan.people import log
from keyuan.records.errors import RuleBroken

MOST = 100


def set_addresses(role: Role, texts: Iterable[str], *, by: User) -> bool:
    """Let people with this role sign in and go on from these addresses and networks only; whether anything changed.

    Args:
        texts: addresses and networks such as 203.0.113.7 and 10.0.0.0/8; none for everywhere.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: one of them is unreadable, there are too many, or `by` would lock themselves out.
    """
    require_administrator(by)
    wanted = _read(texts)
    if wanted and by.address and role.members.filter(pk=by.pk).exists():
        _refuse_own_exclusion(wanted, by)
    lock_organisation()
    kept = Role.objects.select_for_update().get(pk=role.pk)
    before, kept.addresses = kept.addresses, wanted
    kept.save(update_fields=["addresses"])
    return log.write_difference("role", role.pk, {"addresses": before}, {"addresses": wanted}, by=by)


def _read(texts: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in filter(None, (one.strip() for one in texts)):
        try:
            found += [str(one) for one in read_networks([text])]
        except ValueError:
            said = _("“%(text)s” is neither an address nor a network. Write 203.0.113.7 or 10.0.0.0/8.")
            raise RuleBroken(said % {"text": text[:60]}) from None
    if len(found) > MOST:
        raise RuleBroken(_("Use at most %(n)d lines; join neighbours to networks.") % {"n": MOST})
    return list(dict.fromkeys(found))


def _refuse_own_exclusion(wanted: list[str], by: User) -> None:
    if not is_within(by.address, read_networks(wanted)):
        said = _("You have this role and come from %(address)s, so this would lock you out. Add your address.")
        raise RuleBroken(said % {"address": by.address})
