# lossy.sh: shared by the tests on a disk that loses its power. LOSSY is the path of its program. Sourced after lib.sh.
_can_mount() {
    local pid
    mkdir -p "$scratch/try" "$scratch/try-disk"
    [ -w /dev/fuse ] || skip "/dev/fuse is not there for this user"
    "$LOSSY" "$scratch/try-disk" "$scratch/try" 1 2>"$scratch/try.err" & pid=$!
    for try in {1..600}; do
        mountpoint -q "$scratch/try" && break
        kill -0 $pid 2>/dev/null || skip "FUSE cannot be mounted: $(tail -n 1 "$scratch/try.err")"
        sleep 0.1
    done
    kill $pid
    wait $pid
}

# The script may be killed at any time, and must leave no mount.
_end_first() {
    local at
    grep -o " $scratch/[^ ]*" /proc/self/mounts | while read -r at; do fusermount3 -u -z "$at"; done
}
