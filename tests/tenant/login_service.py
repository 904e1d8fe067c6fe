"""A sign-in service on this machine: https, as azure-identity insists, and as terse as it will take."""

import json
import ssl
import threading
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
    """`answer` is what the token endpoint says; `asked` are the forms that it got, each with its path."""

    url: str
    certificate: Path
    answer: tuple[int, dict[str, object]] = (500, {})
    asked: list[dict[str, str]] = field(default_factory=list)

    def gives(self, token: str, seconds: int = 3600) -> None:
        self.answer = (200, {"access_token": token, "expires_in": seconds, "token_type": "Bearer"})

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
        at = f"{self.service.url}/{self.path.split('/')[1]}"
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
