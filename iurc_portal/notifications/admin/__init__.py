"""The staff's pages of mail: one module a family."""

from iurc_portal.notifications.admin import addresses, messages, texts

__all__ = ["addresses", "messages", "texts"]
