"""Answers questions about addresses with the ipaddress module: a line a question, a line an answer.

The first word says what is asked. A dash is the answer to what is no address.
"""

import ipaddress
import json
import sys


def hosts(network):
    """How many hosts there are, the first and the last."""
    width = network.max_prefixlen - network.prefixlen
    if width <= 6:
        # The module's own list.
        every = list(network.hosts())
        return [len(every), int(every[0]), int(every[-1])]
    first = int(next(network.hosts()))
    if network.version == 4:
        return [network.num_addresses - 2, first, int(network[-2])]
    return [network.num_addresses - 1, first, int(network[-1])]


def calc(text):
    interface = ipaddress.ip_interface(text)
    network = interface.network
    address = interface.ip
    scope = getattr(interface, "scope_id", None)
    # What mapped addresses are printed as, and taken for, has changed between the releases.
    bare = ipaddress.ip_address(int(address)) if address.version == 4 else ipaddress.IPv6Address(int(address))
    is_mapped = bare.version == 6 and bare.ipv4_mapped is not None
    return {
        "address": int(address),
        "text": None if is_mapped else str(bare),
        "zone": scope,
        "prefix": network.prefixlen,
        "first": int(network.network_address),
        "last": int(network.broadcast_address),
        "netmask": int(network.netmask),
        "wildcard": int(network.hostmask),
        "addresses": network.num_addresses,
        "hosts": hosts(network),
        "arpa": bare.reverse_pointer,
        "multicast": bare.is_multicast,
        "loopback": None if is_mapped else bare.is_loopback,
        "unspecified": bare.is_unspecified,
        "expanded": bare.exploded,
    }


def collapse(texts):
    """The fewest networks of each family."""
    networks = {4: [], 6: []}
    for text in texts.split():
        if "-" in text:
            first, last = map(ipaddress.ip_address, text.split("-"))
            networks[first.version].extend(ipaddress.summarize_address_range(first, last))
        else:
            network = ipaddress.ip_network(text, strict=False)
            networks[network.version].append(network)
    return [key(network) for version in (4, 6) for network in ipaddress.collapse_addresses(networks[version])]


def key(network):
    return [network.version, int(network.network_address), network.prefixlen]


def summarize(text):
    first, last = map(ipaddress.ip_address, text.split("-"))
    return [key(network) for network in ipaddress.summarize_address_range(first, last)]


def split(text):
    network, bits = text.split()
    return [key(part) for part in ipaddress.ip_network(network, strict=False).subnets(prefixlen_diff=int(bits))]


def exclude(text):
    network, other = map(ipaddress.ip_network, text.split())
    return sorted(key(part) for part in network.address_exclude(other))


def contains(text):
    network, address = text.split()
    return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)


def nth(text):
    network, index = text.split()
    return int(ipaddress.ip_network(network, strict=False)[int(index)])


ANSWERS = {f.__name__: f for f in (calc, collapse, summarize, split, exclude, contains, nth)}

for line in sys.stdin:
    question, _, text = line.rstrip("\n").partition(" ")
    try:
        print(json.dumps(ANSWERS[question](text), separators=(",", ":")))
    except (ValueError, TypeError, IndexError):
        print("-")
