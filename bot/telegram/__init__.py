"""Fakeanime on Telegram."""

import os

os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the library warns whenever Telegram asks for a pause

from bot.telegram.app import FakeanimeTelegram

__all__ = ["FakeanimeTelegram"]
