"""Fakeanime on Telegram."""

from bot.telegram.app import FakeanimeTelegram

__all__ = ["FakeanimeTelegram"]
