"""Plain functions with dull defaults, so that what a test says is what matters: a module for each app."""

from tests.factories.ecosystem import *  # noqa: F403
from tests.factories.events import *  # noqa: F403
from tests.factories.ground import *  # noqa: F403
from tests.factories.programme import *  # noqa: F403
