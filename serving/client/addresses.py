"""Addresses of servers."""

import ipaddress
import urllib.parse


def own_host(url: str) -> str | None:
    """The host of a URL if it is this machine, which no proxy can reach."""
    host = urllib.parse.urlsplit(url).hostname
    if host == "localhost":
        return host
    try:
        return host if ipaddress.ip_address(host or "").is_loopback else None
    except ValueError:
        return None
