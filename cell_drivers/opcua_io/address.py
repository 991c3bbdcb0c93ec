"""Where a PLC's tags are found: `opc.tcp://192.0.2.5:4840/cell?namespace=urn:example:cell&prefix=Line1.`.

Law: a namespace is named by its URI, for its index may be another one after the server's next start. A server that does not
have it is not the one that was meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

EXPECTED = 'expected like "opc.tcp://192.0.2.5:4840?namespace=urn:example:cell"'


@dataclass(frozen=True, slots=True)
class Address:
    """`endpoint` without a query. A tag's node is `ns=<index of namespace>;s=<prefix><tag>`."""

    endpoint: str
    namespace: str
    prefix: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).hostname or ""

    def __str__(self) -> str:
        return self.endpoint


def address_of(text: str) -> Address:
    """Raises ValueError."""
    try:
        parts = urlsplit(text)
        port = parts.port or 4840
    except ValueError as cause:
        raise ValueError(f"{text!r}: {cause}; {EXPECTED}") from None
    if parts.scheme != "opc.tcp" or not parts.hostname or parts.fragment or parts.username is not None:
        raise ValueError(f"{text!r} is no address of an OPC UA server; {EXPECTED}")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    namespace, prefix = options.pop("namespace", ""), options.pop("prefix", "")
    if not namespace:
        raise ValueError(f"{text!r} does not say namespace; {EXPECTED}")
    if options:
        raise ValueError(f"{text!r}: {', '.join(options)} is not known here; {EXPECTED}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Address(f"opc.tcp://{host}:{port}{parts.path}", namespace, prefix)
