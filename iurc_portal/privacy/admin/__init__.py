"""The staff's pages about personal data: texts of forms, retention, people by their address."""

from iurc_portal.privacy.admin import consents, people, retention

__all__ = ["consents", "people", "retention"]
