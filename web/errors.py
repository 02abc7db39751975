"""Every error as a page that says what to do, in the reader's language."""

from __future__ import annotations

from flask import Flask, render_template
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from web.language import texts


def install(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        shown = code if texts().has(f"error.title_{code}") else 400 if code < 500 else 500
        return render_template("error.html", code=code, shown=shown), code

    @app.errorhandler(SQLAlchemyError)
    def store_closed(error: SQLAlchemyError) -> tuple[str, int]:
        app.logger.error("the call records cannot be read: %s", error)
        return explain(ServiceUnavailable())
