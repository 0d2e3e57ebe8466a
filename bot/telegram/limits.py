"""Limits of the Telegram Bot API, each with its source, and our own waits that follow from them."""

from typing import Final

# Lengths count UTF-16 code units: https://core.telegram.org/api/entities#entity-length
CAPTION_UNITS: Final = 1024  # after entities parsing: https://core.telegram.org/bots/api#sendphoto
TEXT_UNITS: Final = 4096  # https://core.telegram.org/bots/api#sendmessage
CALLBACK_DATA_BYTES: Final = 64  # https://core.telegram.org/bots/api#inlinekeyboardbutton
CALLBACK_ANSWER_UNITS: Final = 200  # https://core.telegram.org/bots/api#answercallbackquery

# A chat action shows for 5 s or less: https://core.telegram.org/bots/api#sendchataction
CHAT_ACTION_SECONDS: Final = 4.5

# A bot may send about 30 messages a second, and 20 a minute in one group; beyond, Telegram answers 429 with
# `retry_after`: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
FLOOD_RETRIES: Final = 4
# Methods that are answers or signs rather than messages, and so are not counted among the 20 a minute of a group.
UNCOUNTED_METHODS: Final = frozenset({"sendChatAction", "answerCallbackQuery", "getChatMember"})

# Reactions come only to those who ask for them: https://core.telegram.org/bots/api#getupdates
ALLOWED_UPDATES: Final = (
    "message",
    "channel_post",
    "callback_query",
    "inline_query",
    "message_reaction",
    "message_reaction_count",
    "my_chat_member",
)

# Telegram holds a poll open this long when nothing happens: https://core.telegram.org/bots/api#getupdates
POLL_SECONDS: Final = 30

# At most 50 results answer an inline query: https://core.telegram.org/bots/api#answerinlinequery
INLINE_RESULTS: Final = 20
INLINE_CACHE_SECONDS: Final = 30  # that Telegram may answer the same query itself, with ratings of that moment

# Somebody who rates sees the rating below the card change after so long, once for all ratings of that time; in groups
# less often, since edits count among the 20 a minute.
KEYBOARD_SECONDS: Final = 1.0
GROUP_KEYBOARD_SECONDS: Final = 5.0

# How often the service is asked for what is due.
DAILY_SECONDS: Final = 60.0
HALL_SECONDS: Final = 15.0

# A card that could not be posted is tried again after these waits; what is left is posted at the next start.
POST_RETRY_SECONDS: Final = (1.0, 2.0, 5.0, 15.0, 60.0)

# Waits between attempts to reach Telegram at the start.
CONNECT_RETRY_SECONDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

UPDATES_AT_ONCE: Final = 256  # handled side by side
UPDATES_IN_LINE: Final = 1024  # fetched ahead of the handlers
