"""zmtp.py: ZeroMQ's wire protocol (ZMTP 3.0, mechanism NULL) by hand, to send errors that a library would never
send."""
import os
import socket
import time

import msgpack

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
MORE, LONG, COMMAND = 1, 2, 4


def frame(data, flags=0):
    if len(data) < 256:
        return bytes([flags, len(data)]) + data
    return bytes([flags | LONG]) + len(data).to_bytes(8, "big") + data


def ready(kind=b"DEALER"):
    return frame(b"\x05READY\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind, COMMAND)


def ask(name, body=None, request=None, budget_ms=30000):
    return msgpack.packb([1, name, request or os.urandom(16), budget_ms, body or {}], use_bin_type=True)


class Peer:
    """One connection to a service's socket; it sends only what the test asks for."""

    def __init__(self, path, timeout=300):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)  # waits while too many others wait to be accepted
        self.socket.settimeout(timeout)
        self.read = b""

    @classmethod
    def joined(cls, path, kind=b"DEALER", seconds=300):
        """A connection after its handshake. If it is refused in a flood, it tries again, as ZeroMQ does by itself."""
        end = time.monotonic() + seconds
        while True:
            try:
                return cls(path).greet(kind).welcome()
            except ConnectionError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def say(self, data):
        """Sends the bytes; False if the other side has hung up."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def greet(self, kind=b"DEALER"):
        self.say(GREETING + ready(kind))
        return self

    def _take(self, count):
        while len(self.read) < count:
            got = self.socket.recv(65536)
            if not got:
                raise ConnectionError
            self.read += got
        taken, self.read = self.read[:count], self.read[count:]
        return taken

    def _frame(self):
        flags, length = self._take(2)
        if flags & LONG:
            length = int.from_bytes(bytes([length]) + self._take(7), "big")
        return flags, self._take(length)

    def welcome(self):
        """Reads the greeting and the properties of the other side."""
        self._take(len(GREETING))
        flags, data = self._frame()
        assert flags & COMMAND and data[1:6] == b"READY", (flags, data)
        return self

    def message(self):
        """The frames of the next message; None if the other side has hung up."""
        frames = []
        try:
            while True:
                flags, data = self._frame()
                if flags & COMMAND:
                    if data[1:5] == b"PING":
                        self.say(frame(b"\x04PONG", COMMAND))
                    continue
                frames.append(data)
                if not flags & MORE:
                    return frames
        except ConnectionError:
            return None

    def answer(self):
        """(error, body) of the next answer; None if the other side has hung up."""
        frames = self.message()
        if frames is None:
            return None
        _, _, error, body = msgpack.unpackb(frames[-1], raw=False, strict_map_key=False)
        return error, body

    def is_hung_up(self):
        """True if the other side has gone by now. Discards all that it sent before."""
        timeout = self.socket.gettimeout()
        self.socket.setblocking(False)
        try:
            while self.socket.recv(65536):
                pass
            return True
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.socket.settimeout(timeout)

    def hears_the_end(self, seconds=300):
        """True if the other side hangs up in time."""
        end = time.monotonic() + seconds
        self.socket.settimeout(1)
        while time.monotonic() < end:
            try:
                if not self.socket.recv(65536):
                    return True
            except socket.timeout:
                continue
            except OSError:
                return True
        return False

    def close(self):
        self.socket.close()
