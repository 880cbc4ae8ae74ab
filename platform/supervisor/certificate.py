"""`manage.py certificate`: renews our own in time, and says whether what is set can be served."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from config import env
from front.main import TlsFileRefused
from supervisor import authority, certificates


def main(arguments: Sequence[str]) -> int:
    """Return 0 when the certificate that is set, renewed if it is our own, can be served."""
    argparse.ArgumentParser(
        prog="manage.py certificate", description="Renew and check the certificate that is served."
    ).parse_args(arguments)
    environment = env.load()
    if environment.tls_cert is None or environment.tls_key is None:
        return 0
    if str(environment.tls_cert) == authority.variables(environment.home)["BERTH_TLS_CERT"]:
        authority.ensure(environment)
    try:
        certificates.check(environment.tls_cert, environment.tls_key)
    except TlsFileRefused as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 2
    return 0
