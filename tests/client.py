"""client.py: sends asks to a loophole service and receives its events, with nothing but ZeroMQ and MessagePack. For
tests."""
import ctypes
import os
import signal
import threading
import time

import msgpack
import zmq


def new_id():
    """A request id of 16 bytes: milliseconds since 1970, then random bytes."""
    return int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10)


def dies_with_its_parent():
    """For preexec_fn: the kernel kills the new process when the thread that started it ends, in whatever way."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Client:
    """One connection to each service of an engine. Each thread needs a Client of its own. Its asks give its name, if it
    has one."""

    def __init__(self, home=None, name=""):
        self.name = name
        self.run = os.path.join(home or os.environ["LOOPHOLE_HOME"], "run")
        self.context = zmq.Context.instance()
        self.sockets = {}
        self.owed = {}  # by request id: the answers to come to further copies of an ask that has its answer

    def socket(self, service):
        if service not in self.sockets:
            path = os.path.join(self.run, service + ".ask")
            if len(path) > 100:  # the engine moves such a socket to /tmp, and this client does not look for it there
                raise OSError("the path of the socket is too long for this client: " + path)
            self.sockets[service] = self.context.socket(zmq.DEALER)
            self.sockets[service].setsockopt(zmq.LINGER, 0)
            self.sockets[service].connect("ipc://" + path)
        return self.sockets[service]

    def send(self, name, body=None, request=None, budget_ms=30000):
        """Sends one ask and returns its request id; take() returns the answers, in any order."""
        request = request or new_id()
        self.owed.pop(request, None)
        frame = [1, name, request, budget_ms, body or {}] + ([0, self.name] if self.name else [])
        self.socket(name.split(".")[0]).send(msgpack.packb(frame, use_bin_type=True))
        return request

    def take(self, service, timeout_ms=60000):
        """(request id, error, body) of the next answer; None if none arrives in time. Those that ask() leaves are passed over."""
        socket, end = self.socket(service), time.monotonic() + timeout_ms / 1000
        while socket.poll(max(0, int((end - time.monotonic()) * 1000))):
            _, request, error, body = msgpack.unpackb(socket.recv(), raw=False, strict_map_key=False)
            if not self.owed.get(request):
                return request, error, body
            self.owed[request] -= 1
        return None

    def ask(self, name, body=None, request=None, budget_ms=30000):
        """(error, body). Like every client, it sends the same request again until an answer arrives."""
        service = name.split(".")[0]
        request = request or new_id()
        end, copies = time.monotonic() + budget_ms / 1000, 0
        while time.monotonic() < end:
            self.send(name, body, request, budget_ms)
            copies += 1
            again = min(end, time.monotonic() + 2)
            while time.monotonic() < again:
                got = self.take(service, max(1, int((again - time.monotonic()) * 1000)))
                if got and got[0] == request:
                    self.owed[request] = copies - 1
                    return got[1], got[2]
        return "timeout", {"what": "no answer"}

    def must(self, name, body=None, request=None, budget_ms=30000):
        """The body of an answer that must be ok."""
        error, body = self.ask(name, body, request, budget_ms)
        assert error == "ok", f"{name}: {error}: {body}"
        return body

    def listen(self, service, topic=""):
        """A subscription that is in force; heard() reads from it. One thread of the service reads all sockets, and the asks
        come after the subscription."""
        socket = self.context.socket(zmq.SUB)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.SUBSCRIBE, topic.encode())
        greeted = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        socket.connect("ipc://" + os.path.join(self.run, service + ".events"))
        assert greeted.poll(60000), service + " takes no subscription"
        socket.disable_monitor()
        for _ in range(2):
            self.must(service + ".ping")
        return socket

    def heard(self, socket, timeout_ms=60000):
        """(topic, epoch, sequence, body) of the next event; None if none arrives in time."""
        if not socket.poll(timeout_ms):
            return None
        topic, frame = socket.recv_multipart()
        _, epoch, sequence, body = msgpack.unpackb(frame, raw=False, strict_map_key=False)
        return topic.decode(), epoch, sequence, body

    def close(self):
        for socket in self.sockets.values():
            socket.close()
        self.sockets, self.owed = {}, {}

    def reconnect(self):
        """Drops the connections after a service has died, and with them the queue of unsent asks."""
        self.close()


# Times and frames. `moment` is the field of that name in the answers of audio.transport and audio.server. Read it again
# for each conversion, because the server may be another one by then.


def frame_at(moment, time_us):
    """The frame of the audio clock, with its fraction, at a time of CLOCK_MONOTONIC in microseconds."""
    return moment["frame"] + (time_us - moment["at"]) * moment["rate"] / 1e6


def time_at(moment, frame):
    """The time of CLOCK_MONOTONIC, in microseconds, of a frame of the audio clock."""
    return moment["at"] + (frame - moment["frame"]) * 1e6 / moment["rate"]


def jack_frame_of(moment, frame):
    """The frame of JACK's clock (32 bits, like jack_last_frame_time) that a frame of the audio clock corresponds to."""
    return (moment["jack_frame"] + frame - moment["frame"]) % 2**32


class Catalogue:
    """A volume with a folder and items in it, made through persist."""

    def __init__(self, client, identity="root", mount=b"/", label="disk"):
        self.client, self.identity, self.mount, self.label = client, identity, mount, label
        volume = {"identity": identity, "label": label, "mount": mount, "backend": "local", "online": True}
        self.volume = client.must("persist.put_volume", {"volume": dict(self.blank_volume(), **volume)})["id"]
        self.folder = self.put_folder(b"music")

    @staticmethod
    def blank_volume():
        return {"id": bytes(16)}

    def unmount(self):
        """Reports the volume of this catalogue as offline, as the monitor does too when no such volume is mounted."""
        volume = {"identity": self.identity, "label": self.label, "mount": self.mount, "backend": "external",
                  "online": False}
        self.client.must("persist.put_volume", {"volume": dict(self.blank_volume(), **volume)})

    def put_folder(self, name, parent=bytes(16)):
        folder = {"id": bytes(16), "volume": self.volume, "parent": parent, "name": name, "library": False}
        return self.client.must("persist.put_folder", {"folder": folder})["id"]

    def place(self, file, folder=None, size=1000, mtime=1, inode=0, pack="", availability="local", kind="audio"):
        return {"place": {"folder": folder or self.folder, "file": file, "kind": kind, "size": size, "mtime": mtime,
                          "inode": inode, "pack": pack, "availability": availability}}

    def analysed(self, id, content, waveform=b"", size=1000, mtime=1, analyser=1):
        """The report on an analysed file; a waveform of more than 1 KB becomes a file."""
        found = {"id": id, "size": size, "mtime": mtime, "state": "done", "failure": "", "content": content,
                 "container": "wav", "sample_format": "pcm", "bit_depth": 16, "sample_rate": 44100, "channels": 2,
                 "frames": 44100, "analyser": analyser, "facts": [], "artefacts": []}
        if waveform:
            found["artefacts"] = [{"type": "waveform", "parameters": "", "version": 1, "data": waveform}]
        return {"analysed": found}

    def batch(self, *operations, request=None):
        return self.client.must("persist.batch", {"operations": list(operations)}, request)["each"]

    def put(self, file, **more):
        """Stores a place and returns the id of its item."""
        outcome = self.batch(self.place(file, **more))[0]
        assert outcome["error"] == "ok", outcome
        return outcome["id"]

    def edit(self, id, request=None, **fields):
        return self.client.ask("persist.put_media", {"edit": dict(fields, id=id)}, request)

    def changes(self, after=0):
        """All rows of the change log after a revision."""
        rows = []
        while True:
            got = self.client.must("persist.changes_since", {"revision": after, "limit": 4096})
            rows += got.get("each", [])
            if not got.get("each"):
                return rows
            after = rows[-1]["revision"]


def in_threads(count, work):
    """Runs work(number) in `count` threads and returns their results; raises the first exception of any of them."""
    results, errors = [None] * count, []

    def run(number):
        try:
            results[number] = work(number)
        except BaseException as error:  # noqa: raised below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
