"""An identity provider on a port of loopback, for the page on social login. It lets everyone in."""

from __future__ import annotations

import json
import time
import typing as t
from threading import Thread
from urllib.parse import urlencode

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server
from werkzeug.serving import WSGIRequestHandler
from werkzeug.utils import redirect
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response


class Silent(WSGIRequestHandler):
    def log_request(self, *args: t.Any) -> None:
        pass


class IdentityProvider:
    """Knows OpenID Connect, and the one page of GitHub's API that says who the user is."""

    def __init__(self) -> None:
        #: Who logs in next.
        self.subject = "1001"
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
        self.nonces: dict[str, str | None] = {}
        self.server = make_server("localhost", 0, self, request_handler=Silent)
        self.url = f"http://localhost:{self.server.port}"
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def log_in(self, url: str) -> str:
        """Return where the provider sends the browser of a user who logs in there.

        :param url: Where the application has sent the browser.
        """
        location: str = requests.get(url, allow_redirects=False, timeout=10).headers["Location"]
        return location

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def __call__(self, environ: t.Any, start_response: t.Any) -> t.Any:
        request = Request(environ)
        answer = {
            "/.well-known/openid-configuration": self.configuration,
            "/authorize": self.authorize,
            "/token": self.token,
            "/keys": self.keys,
            "/user": self.user,
        }[request.path]
        return answer(request)(environ, start_response)

    def configuration(self, request: Request) -> Response:
        return as_json(
            issuer=self.url,
            authorization_endpoint=f"{self.url}/authorize",
            token_endpoint=f"{self.url}/token",
            jwks_uri=f"{self.url}/keys",
            id_token_signing_alg_values_supported=["RS256"],
        )

    def authorize(self, request: Request) -> Response:
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = request.args.get("nonce")
        query = urlencode({"code": code, "state": request.args["state"]})
        return t.cast(Response, redirect(f"{request.args['redirect_uri']}?{query}"))

    def token(self, request: Request) -> Response:
        now = int(time.time())
        client = request.authorization
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": client.username if client else request.form.get("client_id"),
            "iat": now,
            "exp": now + 60,
            "auth_time": now,
            "nonce": self.nonces.pop(request.form["code"]),
        }
        id_token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        return as_json(access_token="a token", token_type="Bearer", id_token=id_token)

    def keys(self, request: Request) -> Response:
        return as_json(keys=[self.key.as_dict(private=False)])

    def user(self, request: Request) -> Response:
        return as_json(id=int(self.subject), login="ada")


def as_json(**values: t.Any) -> Response:
    return Response(json.dumps(values), mimetype="application/json")
