#!/bin/bash
# docs/limits.md lists each limit with its place in the source and its value.
. "$(dirname "$0")/../lib.sh"

# The places of each row with their value in the source, in the forms that the row may use; prints each disagreement.
_compare() { cd "$top" && /usr/bin/python3 -c '
import re, sys

def value(file, name):
    text = open(file, encoding="utf-8").read()
    if not re.search(rf"\b{name}\b", text):
        return f"there is no {name} in {file}"
    found = re.search(rf"\b{name} = ([0-9<* ()]+?)\s*(,|\}}|;|/)", text)
    return eval(found.group(1)) if found else None

def forms(name, number):
    yield f"{number:,}"
    for bits, unit in ((10, "KiB"), (20, "MiB"), (30, "GiB")):
        if number % (1 << bits) == 0:
            yield f"{number >> bits:,} {unit}"
    if "MIB" in name or name.endswith("_MB"):
        yield f"{number >> 10:,} GiB"
    scale = 1000000 if name.endswith("_US") else 1000 if name.endswith("_MS") else 1
    yield from (f"{number // scale:,} s", f"{number // scale // 60} minutes", f"{number // 1000:,} ms", f"{number // 1000000:,} million")

checked = 0
for row in open("docs/limits.md", encoding="utf-8"):
    cells = row.split("|")
    place = re.findall(r"`([a-z][a-z_/]*\.(?:h|c|schema)): ([A-Za-z_]+)`((?:, `[A-Z_]+`)*)", row)
    for file, first, more in place:
        for name in [first] + re.findall("[A-Z_]+", more):
            number = value(file, name)
            if isinstance(number, str):
                print(number)
            elif number is not None:
                checked += 1
                said = cells[1] + cells[2] # what, limit
                if not any(re.search(rf"(?<![\d,]){re.escape(form)}(?!\d|,\d)", said) for form in forms(name, number)):
                    print(f"{file}: {name} is {number:,}, the table says {cells[2].strip()}")
if checked < 50:
    print(f"only {checked} limits could be compared")
'; }

the_table_says_what_the_code_says() {
    local wrong
    wrong=$(_compare) || fail "the table cannot be compared"
    [ -z "$wrong" ] || fail "$wrong"
}

every_setting_of_the_table_is_one() {
    local key
    for key in $(grep -oE '`(limits|supervisor|store|indexer)\.[a-z_]+`' "$top/docs/limits.md" | tr -d '`' | sort -u); do
        grep -rqF "\"$key\"" "$top/common" "$top/store" "$top/supervisor" "$top/services" || fail "no setting $key"
    done
}

every_limit_of_the_messaging_is_in_the_table() {
    local name
    for name in CLIENT_ASKS PEERS NEW_PEERS DEFERRED SERVICE_ASKS BACKLOG PEER_INBOUND PEER_OUTBOUND EVENTS_WAITING IN_BYTES IN_MESSAGES OUT_BYTES TURN; do
        grep -qw "LIMIT_$name" "$top/docs/limits.md" || fail "LIMIT_$name is not in docs/limits.md"
    done
}

run_claims "$@"
