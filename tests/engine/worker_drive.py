#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""Drives one loophole-worker as the indexer does: descriptor 3 is a socket, and each job is sent with the descriptor of
its file.

usage: worker_drive.py [--hash] WORKER FILE-OR-FOLDER … Prints one JSON line for each file on standard output, and
figures on standard error. A worker that dies is replaced, and its file is reported with the state "died"."""
import array, base64, json, os, resource, socket, struct, subprocess, sys, time
import msgpack

DEADLINE_S = 600


class Worker:
    def __init__(self, program):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        number = theirs.fileno()
        self.process = subprocess.Popen([program], close_fds=True, pass_fds=[3, number], stdin=subprocess.DEVNULL,
                                        preexec_fn=lambda: os.dup2(number, 3))
        theirs.close()
        self.socket.settimeout(DEADLINE_S)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise ConnectionError("the worker hung up")
            data += piece
        return data

    def ask(self, job, descriptor):
        body = msgpack.packb(job)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        self.socket.sendmsg([struct.pack("<I", len(body)) + body], rights)
        (length,) = struct.unpack("<I", self.exactly(4))
        return msgpack.unpackb(self.exactly(length), raw=False)

    def end(self):
        self.socket.close()
        return self.process.wait(600)


def files_of(arguments):
    for argument in arguments:
        if os.path.isfile(argument):
            yield argument
        for folder, _, names in sorted(os.walk(argument)):
            yield from (os.path.join(folder, name) for name in sorted(names))


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in ("data", "embedding")}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def one_file(worker, number, mode, path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        extension = os.path.splitext(path)[1][1:17].lower()
        job = {"number": number, "mode": mode, "size": os.fstat(descriptor).st_size, "extension": extension}
        return worker.ask(job, descriptor)
    finally:
        os.close(descriptor)


def main():
    os.open(os.devnull, os.O_RDONLY)  # takes descriptor 3, so that Popen puts nothing else there
    arguments = sys.argv[1:]
    mode = "hash" if arguments[0] == "--hash" else "analyse"
    if mode == "hash":
        arguments = arguments[1:]
    worker, deaths, seconds, counts = Worker(arguments[0]), 0, 0.0, {}
    begun = time.monotonic()
    for number, path in enumerate(files_of(arguments[1:]), 1):
        try:
            result = one_file(worker, number, mode, path)
            state = result["found"]["state"] if result["number"] == number else "wrong number"
        except (ConnectionError, BrokenPipeError):
            result, state, deaths = {"found": {"failure": "exit %s" % worker.end()}}, "died", deaths + 1
            worker = Worker(arguments[0])
        counts[state] = counts.get(state, 0) + 1
        seconds += result.get("seconds", 0)
        print(json.dumps({"path": os.fsdecode(os.fsencode(path)), "state": state, **plain(result)}))
    bad_end = worker.end() != 0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    print("figure: %d files (%s), %.1f s of audio, %.1f ms of CPU per second of audio, %.1f s of wall time, "
          "%d deaths" % (sum(counts.values()), ", ".join("%d %s" % (n, s) for s, n in sorted(counts.items())),
                         seconds, 1000 * cpu / max(seconds, 1e-9), time.monotonic() - begun, deaths), file=sys.stderr)
    return 1 if deaths or bad_end else 0


sys.exit(main())
