#!/bin/bash
# schemac refuses wrong schemas and says where: bad.txt lists them with their messages.
. "$(dirname "$0")/../lib.sh"
bad=$scratch/bad
(cd "$top" && tests/schema/bad.py "$bad") || exit 1

_compile() { mkdir -p "$scratch/made"; "$build/schemac" --out "$scratch/made" --docs "$scratch/made/protocol.md" "$@"; }

_refuses() { # NAME
    local said
    cd "$bad" || exit 1
    said=$(_compile "$1.schema" $(find . -path "./$1/*.schema" -printf '%P\n') 2>&1) && fail "$1 is accepted"
    same "$(cat "$1.error")" "$said"
    same "" "$(ls "$scratch/made")" "although the schema is wrong"
}

nothing_is_written_when_the_last_of_many_schemas_is_wrong() {
    refused _compile "$top"/schemas/*.schema "$bad/tab.schema" >"$scratch/said"
    same "" "$(ls "$scratch/made")"
}

a_schema_that_is_not_there_is_named() {
    contains "$(refused _compile "$scratch/none.schema")" "$scratch/none.schema: error: "
}

a_folder_that_is_not_there_is_named() {
    contains "$(refused "$build/schemac" --out "$scratch/none" "$top/schemas/media.schema")" "$scratch/none"
}

the_order_of_the_files_does_not_matter() {
    local forward=$scratch/forward backward=$scratch/backward
    mkdir "$forward" "$backward"
    "$build/schemac" --out "$forward" $(ls "$top"/schemas/*.schema) || fail "refused"
    "$build/schemac" --out "$backward" $(ls -r "$top"/schemas/*.schema) || fail "refused"
    diff -r "$forward" "$backward" || fail "the results differ"
}

# One claim for each bad schema: run_claims reads their names from the file in `script`.
for error in "$bad"/*.error; do
    name=$(basename "$error" .error)
    printf '%s_is_refused() { _refuses %s; }\n' "${name//-/_}" "$name"
done >"$scratch/claims"
. "$scratch/claims"
cat "$script" >>"$scratch/claims"
script=$scratch/claims
run_claims "$@"
