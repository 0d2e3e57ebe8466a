"""Runs the migrations on the connection that `db.upgrade` hands over."""

from alembic import context

import db.models  # noqa: F401 - the tables have to be known
from db.base import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
