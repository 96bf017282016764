"""Index of the jobs of every room: procrastinate imports it in every process."""

from keyuan.activities.tasks import *  # noqa: F403
from keyuan.engine.tasks import *  # noqa: F403
from keyuan.exchange.tasks import *  # noqa: F403
from keyuan.leads.tasks import *  # noqa: F403
from keyuan.notices.tasks import *  # noqa: F403
from keyuan.org.tasks import *  # noqa: F403
from keyuan.people.tasks import *  # noqa: F403
from keyuan.pools.tasks import *  # noqa: F403
from keyuan.records.tasks import *  # noqa: F403
