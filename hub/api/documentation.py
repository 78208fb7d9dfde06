"""The OpenAPI document, and the same as a page that loads nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import cast

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app, jsonify, render_template

from hub.oauth.guard import open_to_all
from policies.schema import schema

routes = APIBlueprint("documentation", __name__, enable_openapi=False, template_folder="templates")

_STYLE = (
    "body{font-family:arial,sans-serif;line-height:1.5;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}"
    "code,pre{background:#f3f2f1;padding:0 .2rem;overflow-x:auto}pre{padding:1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #b1b4b6;padding:.4rem;text-align:left;"
    "vertical-align:top}h2{border-top:2px solid #1d70b8;padding-top:1rem;margin-top:3rem}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def document() -> Mapping[str, object]:
    """The OpenAPI document of the application that answers this request."""
    return cast("Mapping[str, object]", cast(APIFlask, current_app)._get_spec("json"))


@routes.get("/openapi.json")
@open_to_all("what the API takes is no secret")
def openapi() -> Response:
    """The document, OpenAPI 3.1."""
    response = jsonify(document())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@routes.get("/docs")
@open_to_all("what the API takes is no secret")
def docs() -> Response:
    """The document as a page."""
    response = Response(render_template("docs.html", document=document(), style=_STYLE))
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@routes.get("/schemas/dolen-protocol-v1.json")
@open_to_all("the shape of a protocol file is no secret")
def protocol_schema() -> Response:
    """The JSON Schema of protocol files, as it ships with this version."""
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(schema(), mimetype="application/schema+json", headers=headers)
