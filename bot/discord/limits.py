"""What Discord allows; every number with its source."""

from __future__ import annotations

from datetime import timedelta

# https://discord.com/developers/docs/resources/message#embed-object-embed-limits (characters)
EMBED_TITLE = 256
EMBED_DESCRIPTION = 4096
EMBED_FIELD_VALUE = 1024
EMBED_FOOTER = 2048
EMBED_TOTAL = 6000

# https://discord.com/developers/docs/resources/message#create-message (characters)
CONTENT = 2000

# https://discord.com/developers/docs/resources/message#attachment-object (characters)
ATTACHMENT_DESCRIPTION = 1024

# https://discord.com/developers/docs/components/reference#anatomy-of-a-component (characters)
CUSTOM_ID = 100

# https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-choice-structure
CHOICES = 25
CHOICE_NAME = 100  # characters

# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback
# A token lives 15 minutes; half a minute is kept back for the upload and a clock that is off.
TOKEN_LIFE = timedelta(minutes=14, seconds=30)

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
UNKNOWN_WEBHOOK = 10015
UNKNOWN_INTERACTION = 10062
INVALID_WEBHOOK_TOKEN = 50027
UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
MISSING_ACCESS = 50001
CANNOT_MESSAGE_USER = 50007
MISSING_PERMISSIONS = 50013
EXPIRED_TOKEN = frozenset({UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, INVALID_WEBHOOK_TOKEN})
SHUT_OUT = frozenset({UNKNOWN_CHANNEL, MISSING_ACCESS, CANNOT_MESSAGE_USER, MISSING_PERMISSIONS})

# Reactions that the bot itself puts under a card. Adding them has a slow limit of its own, told only in the answers'
# headers (https://discord.com/developers/docs/topics/rate-limits), and the buttons carry all five.
SEEDED_AT_MOST = 3
