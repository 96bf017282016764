"""What the command line does with people: the same verbs as the pages, by the machine's own user, and in the log."""

from django.db import transaction
from django.utils.translation import gettext as _

from keyuan.org.accounts import find, find_role
from keyuan.org.models import Department, User
from keyuan.people import members


def create(username: str, role: str = "sales", name: str = "") -> str:
    """A new person with one built-in role, in the root department; the initial password.

    Raises:
        LookupError: there is no such role, or somebody has the user name.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise LookupError(_("Somebody has the user name “%(name)s” already.") % {"name": username})
    root = Department.objects.filter(parent=None).order_by("pk").first()
    given = {"username": username, "name": name or username, "department": root}
    return members.create_member(by=User.objects.robot(), roles=[find_role(role)], **given)[1]


def reset(username: str) -> str:
    """A new initial password for the person with this user name.

    Raises:
        LookupError: nobody has it.
    """
    return members.reset_member(find(username), by=User.objects.robot())


@transaction.atomic
def unlock(username: str) -> str:
    """Enable somebody again and forget wrong passwords; says what was done.

    Raises:
        LookupError: nobody has this user name.
    """
    user, robot = find(username), User.objects.robot()
    members.set_enabled(user, True, by=robot)
    members.unlock_member(user, by=robot, reason=_("On the command line"))
    return _("%(name)s may sign in again.") % {"name": user.username}
