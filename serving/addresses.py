"""Network addresses."""

import ipaddress


def is_loopback(host: str | None) -> bool:
    """Whether a host is the loopback interface, which proxies cannot reach."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"
