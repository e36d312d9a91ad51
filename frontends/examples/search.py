#!/usr/bin/python3
"""search.py QUERY [RUN_DIRECTORY]: a front-end in 30 lines. Searches, then prints every event until interrupted.
Needs python3-zmq and python3-msgpack, and nothing of loophole: the protocol is docs/protocol.md."""
import json, os, sys
import msgpack, zmq
def shown(name):  # names are foreign text: they must not control the terminal
    return "".join(c if c.isprintable() else "?" for c in name)

home, runtime = os.environ.get("LOOPHOLE_HOME"), os.environ.get("XDG_RUNTIME_DIR", "/run/user/%d" % os.getuid())
run = sys.argv[2] if len(sys.argv) > 2 else os.path.realpath(home) + "/run" if home else runtime + "/loophole"
context = zmq.Context()
events = context.socket(zmq.SUB)
for service in "persist", "indexer", "supervisor":
    events.connect(f"ipc://{run}/{service}.events")
events.subscribe("")

search = context.socket(zmq.REQ)
search.rcvtimeo = 10000
search.connect(f"ipc://{run}/search.ask")
search.send(msgpack.packb([1, "search.query", os.urandom(16), 10000, {"query": sys.argv[1], "limit": 20}]))
version, request, error, body = msgpack.unpackb(search.recv())
if error != "ok":
    sys.exit(f"{error}: {body['what']}\n  {body['hint']}")
for item in body.get("items", []):
    print(shown(item["media"]["name"]), shown(os.fsdecode(item["path"])), sep="\t")
print(body["total"], "found; now listening", flush=True)
while True:
    topic, message = events.recv_multipart()
    version, epoch, sequence, body = msgpack.unpackb(message)
    print(topic.decode(), sequence, json.dumps(body, default=lambda b: b.hex()), flush=True)
