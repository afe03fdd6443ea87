"""As ``mail_settings``, with a folder of files of their own."""

from tests.faults.mail_settings import *  # noqa: F403
from tests.faults.mail_settings import FAULTS_DIR

MEDIA_ROOT = FAULTS_DIR / "media"
