"""The only place where the web application is put together: authorization server, API, pages and problem documents."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from hub.api.register import make_app
from hub.api.register import register as add_api
from hub.oauth.endpoints import register as add_oauth
from hub.problems import register as add_problems
from hub.problems import status_of
from hub.settings import Settings
from hub.web.register import register as add_pages
from hub.web.sending import Background
from hub.wiring import Doorbell
from hub.wiring.build import build
from hub.wiring.hub import Hub
from hub.wiring.secrets import pages_key


def create_app(settings: Settings, doorbell: Doorbell, *, hub: Hub | None = None) -> Flask:
    """The application on an existing home. Engines are made here: call it after a web server has forked.

    `hub` is the one to use where the caller has built it already; else it is built, and kept as
    `app.extensions["dolen_hub"]`. Raises what is missing: SecretMissing, SigningKeyRefused, IssuerRefused,
    ProtocolsRefused, or a database error.
    """
    hub = build(settings, doorbell=doorbell) if hub is None else hub
    app = make_app("hub")
    app.extensions["dolen_hub"] = hub
    add_oauth(app, engine=hub.engine, settings=settings, clock=hub.clock)
    add_api(app, hub, settings=settings)
    add_problems(app)
    add_pages(
        app,
        hub,
        engine=hub.engine,
        key=pages_key(settings),
        send_code=Background(hub.send_code),
        status_of=status_of,
        is_secure=settings.base_url.scheme == "https",
        contact=settings.contact,
        clock=hub.clock,
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # as Werkzeug says
    return app
