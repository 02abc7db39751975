"""Run by Alembic inside the child process of `store.migrate`; the connection is handed over by it."""

from alembic import context

from appliance.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
