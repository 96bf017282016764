"""The sentences the scripts say. They reach the page as one block of JSON, in the page's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def words() -> dict[str, str]:
    """Every sentence by the key the scripts know; {name} is filled in by them."""
    return {
        "undo": _("Undo"),
        "close": _("Close"),
        "retry": _("Try again"),
        "undone": _("Undone"),
        "saved": _("Saved"),
        "offline": _("No network. What you typed is kept on this computer."),
        "failed": _("The server did not answer as expected. Try again."),
        "slow": _("The server did not answer in time. Try again."),
        "copied": _("Copied"),
        "between": pgettext("between names", ", "),
        "draft_kept": _("Draft kept {time}"),
        "draft_restored": _("Your draft of {time} is back"),
        "draft_drop": _("Drop the draft"),
        "show_password": _("Show password"),
        "hide_password": _("Hide password"),
        "caps": _("Caps Lock is on"),
        "selected": _("{count} selected"),
        "selected_all": _("All {count} selected"),
        "selection_cleared": _("Selection cleared"),
        "searching": _("Searching"),
        "results": _("{count} results"),
        "no_results": _("Nothing found for “{query}”"),
        "search_failed": _("The search does not answer. Try again in a moment."),
        "collapse_menu": _("Collapse menu"),
        "expand_menu": _("Expand menu"),
        "collapse_rail": _("Collapse rail"),
        "expand_rail": _("Expand rail"),
        "saving": _("Saving"),
        "uploading": _("Saving as soon as the files have arrived"),
        "uploaded": _("{name} has arrived"),
        "pasted": _("Screenshot {time}"),
        "signed_out": _("You are signed out. Sign in again in another window, then try again."),
        "unread": _("{count} unread"),
    }
