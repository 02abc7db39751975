"""The page of the box: what is going on now, and what was. One blueprint a topic; login and settings get their own."""

from __future__ import annotations

from flask import Flask

from appliance.settings import Settings
from appliance.store.calls import Store
from web import board, calls, errors, health, language
from web.context import Context, install
from web.guard import guard
from web.live import LiveBoard

FORM_LIMIT_OCTETS = 16 * 1024
"""Largest request body. Why: the longest form of the page is one button."""


def create_app(settings: Settings, live: LiveBoard, store: Store) -> Flask:
    """The page as a WSGI application: `live` is what happens now, `store` what happened."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = FORM_LIMIT_OCTETS
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    install(app, Context(settings, live, store))
    language.install(app, settings.web.language)
    guard(app, settings.web)
    errors.install(app)
    for topic in (board, calls, health):
        app.register_blueprint(topic.blueprint)
    return app
