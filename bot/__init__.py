"""The conversation: Discord, Telegram and the web playground over one platform-free service."""
