"""osc.py: sends OSC messages to the engine of a home and receives its answers, with nothing but a UDP socket. For
tests."""
import contextlib
import select
import socket
import struct
import time

EPOCH = 2208988800  # seconds from 1900 to 1970
SO_RCVBUFFORCE = 33  # as SO_RCVBUF, but with no limit of the machine: for root


def padded(data):
    return data + bytes(4 - len(data) % 4)


def encode(address, *values):
    """A message. A bool has the type T or F, None N, an int beyond 32 bits h, a pair (type, bytes) is taken as it is."""
    types, data = ',', b''
    for value in values:
        if isinstance(value, tuple):
            types, data = types + value[0], data + value[1]
        elif value is None or isinstance(value, bool):
            types += 'N' if value is None else 'FT'[value]
        elif isinstance(value, int):
            wide = not -2**31 <= value < 2**31
            types, data = types + 'ih'[wide], data + struct.pack('>q' if wide else '>i', value)
        elif isinstance(value, float):
            types, data = types + 'f', data + struct.pack('>f', value)
        else:
            types, data = types + 's', data + padded(value.encode())
    return padded(address.encode()) + padded(types.encode()) + data


def bundle(*parts, at=None):
    """A bundle of encoded messages; `at` is in seconds since 1970, None: at once."""
    tag = 1 if at is None else (int(at) + EPOCH) << 32 | int(at % 1 * 2**32)
    return b'#bundle\0' + struct.pack('>Q', tag) + b''.join(struct.pack('>I', len(part)) + part for part in parts)


def _text(data, at):
    end = data.index(b'\0', at)
    return data[at:end].decode(), end + 4 - end % 4


def decode(data):
    """[address, value, …] of a message."""
    address, at = _text(data, 0)
    types, at = _text(data, at)
    values = [address]
    for kind in types[1:]:
        if kind == 's':
            value, at = _text(data, at)
            values.append(value)
        else:
            size = 8 if kind in 'hdt' else 4
            values.append(struct.unpack('>' + {'i': 'i', 'f': 'f', 'h': 'q', 'd': 'd'}[kind], data[at:at + size])[0])
            at += size
    return values


class Osc:
    """A client of its own port."""

    def __init__(self, home):
        self.home = home
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):  # UDP drops what has no room
            with contextlib.suppress(PermissionError):
                self.socket.setsockopt(socket.SOL_SOCKET, option, 1 << 22)
        self.socket.bind(('127.0.0.1', 0))
        self.to = ('127.0.0.1', home.ask('osc.state')['port'])

    def send_bytes(self, data):
        self.socket.sendto(data, self.to)

    def send(self, address, *values):
        self.send_bytes(encode(address, *values))

    def take(self, seconds=60):
        """The next message; None if none comes."""
        return decode(self.socket.recv(65536)) if select.select([self.socket], [], [], seconds)[0] else None

    def until(self, address, seconds=180):
        """The next message with that address, and those before it."""
        before, end = [], time.monotonic() + seconds
        while (got := self.take(max(0, end - time.monotonic()))):
            if got[0] == address:
                return got, before
            before.append(got)
        raise AssertionError(f'no {address} within {seconds} s, but {before[-9:]}')

    def say(self, address, *values):
        """Sends a message, and returns the answer of its group: the sentence and the exit code."""
        self.send(address, *values)
        return tuple(self.until('/' + address.split('/')[1] + '/message')[0][1:])

    def ping(self):
        self.send('/ping')
        self.until('/pong')
