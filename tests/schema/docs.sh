#!/bin/bash
# docs/protocol.md is the output of schemac for the schemas.
. "$(dirname "$0")/../lib.sh"

_make() {
    "$build/schemac" --out "$scratch" --docs "$scratch/protocol.md" --head "$top/docs/protocol.head.md" \
        "$top"/schemas/*.schema || fail "schemac refuses the schemas"
}

the_protocol_is_documented_as_it_is() {
    _make
    diff "$top/docs/protocol.md" "$scratch/protocol.md" || fail "write it again with \`make docs\`"
}

every_link_of_the_documentation_leads_somewhere() {
    _make
    grep -oE '\(#[^)]*\)' "$scratch/protocol.md" | tr -d '(#)' | sort -u >"$scratch/links"
    grep -E '^#+ ' "$scratch/protocol.md" | sed -E 's/^#+ //; s/ /-/g; s/[^A-Za-z0-9_-]//g' | tr A-Z a-z | sort -u \
        >"$scratch/headings"
    same "" "$(comm -23 "$scratch/links" "$scratch/headings")"
}

every_ask_and_event_is_documented() {
    local schema service name
    for schema in "$top"/schemas/*.schema; do
        service=$(sed -nE 's/^service ([a-z_]+) .*/\1/p' "$schema")
        for name in $(sed -nE 's/^(ask|event) ([a-z_]+) .*/\1:\2/p' "$schema"); do
            grep -qxF "### ${name%%:*} $service.${name#*:}" "$top/docs/protocol.md" || fail "$service.${name#*:} is missing"
        done
    done
}

the_services_without_events_are_named() {
    local schema found
    found=$(for schema in "$top"/schemas/*.schema; do
        grep -q '^event ' "$schema" || sed -nE 's/^service ([a-z_]+) .*/\1/p' "$schema"
    done | grep -vxE 'service|worker' | sort | tr '\n' ' ')
    same "$found" "$(sed -nE 's/.*\| events; (.*) have none, and no such socket.*/\1/p' "$top/docs/protocol.md" |
        sed 's/,//g; s/ and / /' | tr -s ' ' '\n' | sort | tr '\n' ' ')"
}

# The bytes of the example in the document, decoded by a foreign MessagePack library.
the_example_bytes_are_what_the_document_says() {
    /usr/bin/python3 - "$top/docs/protocol.md" <<'PYTHON' || fail "they are not"
import re, sys, msgpack
document = open(sys.argv[1]).read()
text = re.search(r"byte by byte.*?```\n(.*?)```", document, re.S).group(1).rstrip() + "\n\n"
text += re.search(r"an error, and an event:.*?```\n(.*?)```", document, re.S).group(1)
shown = ["".join(line.strip().split("   ")[0] for line in part.splitlines()) for part in text.split("\n\n")]
request = bytes(range(16))
wanted = [[1, "persist.ping", request, 1000, {"payload": b"hello"}],
          [1, request, "ok", {"service": "persist", "pid": 4242, "epoch": 17, "payload": b"hello"}],
          [1, request, "bad_request", {"what": "a tag is empty", "field": "edit.add_tags[0]", "hint": ""}],
          b"persist.changed", [1, 1700000000000000, 2, {"revision": 18}]]
bytes_of = lambda part: bytes.fromhex(part)
got = [bytes_of(part) if part.startswith("70") else msgpack.unpackb(bytes_of(part)) for part in shown]
sys.exit(f"{got}" if got != wanted else 0)
PYTHON
}

run_claims "$@"
