"""The lab's certificate authority, so that every door speaks TLS as Azure's does."""

import os
import ssl
from pathlib import Path

import trustme


class Authority:
    """Issues certificates; clients trust `ca_file` (SSL_CERT_FILE of the worker)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(self.ca_file)

    def context(self, *names: str) -> ssl.SSLContext:
        """A server context whose certificate is good for `names` (host names, wildcards, addresses)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*names).configure_cert(context)
        return context

    def files(self, *names: str) -> tuple[Path, Path]:
        """Certificate and key as files, for a server in a process of its own."""
        leaf = self._authority.issue_cert(*names)
        stem = "".join(c if c.isalnum() else "-" for c in names[0])
        certificate, secret = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        certificate.unlink(missing_ok=True)
        for pem in leaf.cert_chain_pems:
            pem.write_to_path(certificate, append=True)
        leaf.private_key_pem.write_to_path(secret)
        secret.chmod(0o600)
        return certificate, secret

    def client(self) -> ssl.SSLContext:
        """A client context that trusts this authority alone."""
        return ssl.create_default_context(cafile=os.fspath(self.ca_file))
