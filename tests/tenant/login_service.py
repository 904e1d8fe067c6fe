"""A sign-in service on this machine: https, as azure-identity insists, and as terse as it will take."""

import json
import ssl
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

DEVICE = {"device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": "https://example.com/device", "interval": 0}


@dataclass
class LoginService:
    """`answer` is what the token endpoint says; `asked` are the forms that it got, each with its path;
    `domains` are ids of tenants by domain."""

    url: str
    certificate: Path
    answer: tuple[int, dict[str, object]] = (500, {})
    asked: list[dict[str, str]] = field(default_factory=list)
    domains: dict[str, str] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)

    def gives(self, token: str, seconds: int = 3600) -> None:
        self.answer = (200, {"access_token": token, "expires_in": seconds, "token_type": "Bearer"})

    def gives_person(self, token: str, tenant_id: str, client_id: str, who: str = "u") -> None:
        """As after a person has signed in: with an id token and a refresh token."""
        self.gives(token)
        at = f"{self.url}/{tenant_id}/v2.0"
        claims = {
            "iss": at,
            "aud": client_id,
            "sub": "s",
            "tid": tenant_id,
            "preferred_username": "ana@contoso.example",
        }
        self.claims = claims | {"exp": str(int(datetime.now(UTC).timestamp()) + 3600)}
        self.answer[1].update(
            refresh_token="refresh",
            id_token=self.id_token(),
            client_info=_coded({"uid": who, "utid": tenant_id}),
            scope="openid profile offline_access http://127.0.0.1/.default",
        )

    def id_token(self) -> str:
        return f"{_coded({'alg': 'none'})}.{_coded(self.claims)}.c2ln"

    def refuses(self, description: str) -> None:
        self.answer = (400, {"error": "invalid_client", "error_description": description})


@contextmanager
def login_service(folder: Path) -> Iterator[LoginService]:
    """Its certificate, with the key, is a file in `folder`."""
    certificate = folder / "service.pem"
    certificate.write_bytes(_self_signed())
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    service = LoginService(f"https://127.0.0.1:{server.server_port}", certificate)
    _Handler.service = service
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    service: LoginService

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path.endswith("/authorize"):
            # The id token has to repeat what the browser brought along.
            self.service.claims["nonce"] = parse_qs(query)["nonce"][0]
            self.service.answer[1]["id_token"] = self.service.id_token()
        name = path.split("/")[1]
        at = f"{self.service.url}/{self.service.domains.get(name, name)}"
        self._send(
            200,
            {
                "issuer": f"{at}/v2.0",
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "device_authorization_endpoint": f"{at}/devicecode",
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.service.asked.append({"path": self.path, **form})
        if self.path.endswith("/devicecode"):
            self._send(200, {**DEVICE, "expires_in": 900, "message": "not this one"})
        else:
            self._send(*self.service.answer)

    def _send(self, status: int, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _coded(content: dict[str, str]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _self_signed() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sign-in service of the tests")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
