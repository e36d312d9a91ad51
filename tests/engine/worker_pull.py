#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Pulls a file from a worker in mode `stream`, as the streamer does, and compares it with the samples in it.

usage: worker_pull.py WORKER FOLDER     FOLDER is for the files that it makes. Prints nothing on success."""
import array, os, random, socket, struct, subprocess, sys
import msgpack

FRAMES = 20000


class Worker:
    def __init__(self, program):
        os.open(os.devnull, os.O_RDONLY)  # takes descriptor 3, so that Popen puts nothing else there
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.process = subprocess.Popen([program, "stream"], pass_fds=[3, theirs.fileno()],
                                        preexec_fn=lambda: os.dup2(theirs.fileno(), 3))
        theirs.close()
        self.socket.settimeout(60)
        self.number = 0

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            assert piece, "the worker hung up"
            data += piece
        return data

    def pull(self, path=None, **ask):
        self.number += 1
        body = msgpack.packb(dict({"number": self.number}, **ask))
        rights, descriptor = [], None
        if path:
            descriptor = os.open(path, os.O_RDONLY)
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        self.socket.sendmsg([struct.pack("<I", len(body)) + body], rights)
        if descriptor is not None:
            os.close(descriptor)
        (length,) = struct.unpack("<I", self.exactly(4))
        answer = msgpack.unpackb(self.exactly(length), raw=False)
        assert answer["number"] == self.number
        return answer

    def read(self, frame, count):
        answer = self.pull(verb="read", frame=frame, count=count)
        assert not answer.get("failure"), answer
        samples = array.array("f")
        samples.frombytes(answer.get("pcm", b""))
        return samples, answer.get("end", False)


def make(path, samples, channels):
    data = samples.tobytes()
    with open(path, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
                struct.pack("<IHHIIHH", 16, 3, channels, 48000, 48000 * 4 * channels, 4 * channels, 32) + b"data" +
                struct.pack("<I", len(data)) + data)


def main():
    program, folder = sys.argv[1:]
    good, broken = os.path.join(folder, "good.wav"), os.path.join(folder, "broken.wav")
    chance = random.Random(3)
    sound = array.array("f", (chance.uniform(-1, 1) for _ in range(2 * FRAMES)))
    sound[100], sound[101] = float("nan"), float("inf")
    make(good, sound, 2)
    sound[100] = sound[101] = 0.0
    open(broken, "w").write("no sound")
    worker = Worker(program)

    assert worker.pull(verb="read", frame=0, count=10)["failure"], "nothing is open"
    opened = worker.pull(good, verb="open", extension="wav")
    assert (opened["rate"], opened["channels"], opened["frames"]) == (48000, 2, FRAMES), opened
    for _ in range(100):  # from any frame on
        frame, count = chance.randrange(FRAMES), chance.randrange(1, 3000)
        got, end = worker.read(frame, count)
        assert got == sound[2 * frame:2 * (frame + count)], frame
        assert end == (frame + count > FRAMES), (frame, count)
    assert worker.read(FRAMES, 10) == (array.array("f"), True)
    assert worker.read(FRAMES + 1000000, 10) == (array.array("f"), True)

    assert "not an audio file" in worker.pull(broken, verb="open")["failure"]
    assert worker.pull(verb="read", frame=0, count=1)["failure"], "a file that failed is closed"
    worker.pull(good, verb="open")
    files = len(os.listdir("/proc/%d/fd" % worker.process.pid))
    worker.pull(verb="close")
    assert len(os.listdir("/proc/%d/fd" % worker.process.pid)) == files - 1, "a closed file is held"
    worker.socket.close()
    assert worker.process.wait(600) == 0


main()
