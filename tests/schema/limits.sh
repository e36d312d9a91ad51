#!/bin/bash
# docs/limits.md names each limit where it is set.
. "$(dirname "$0")/../lib.sh"

_places() { grep -oE '`[a-z][a-z_/]*\.(h|c|schema): [A-Za-z_]+`(, `[A-Z_]+`)*' "$top/docs/limits.md"; }

every_limit_stands_where_the_table_says() {
    local place file name
    holds [ "$(_places | wc -l)" -gt 40 ]
    while read -r place; do
        file=${place#\`}; file=${file%%:*}
        for name in $(grep -oE '[A-Za-z_]+' <<<"${place#*: }"); do
            grep -qwF -- "$name" "$top/$file" || fail "no $name in $file"
        done
    done < <(_places)
}

every_setting_of_the_table_is_one() {
    local key
    for key in $(grep -oE '`(limits|supervisor|store|indexer)\.[a-z_]+`' "$top/docs/limits.md" | tr -d '`' | sort -u); do
        grep -rqF "\"$key\"" "$top/common" "$top/store" "$top/supervisor" "$top/services" || fail "no setting $key"
    done
}

every_limit_of_the_messaging_is_in_the_table() {
    local name
    for name in CLIENT_ASKS DEFERRED SERVICE_ASKS BACKLOG PEER_INBOUND PEER_OUTBOUND EVENTS_WAITING LARGE_BYTES TURN; do
        grep -qw "LIMIT_$name" "$top/docs/limits.md" || fail "LIMIT_$name is not in docs/limits.md"
    done
}

run_claims "$@"
