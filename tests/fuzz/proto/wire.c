/* Any bytes on the connection of a peer: however they are cut, the result is the same, and the accepted bytes of one
 * message are within its limit. */
#include "proto/peers/wire.h"

#include "tests/fuzz/fuzz.h"

enum { MOST = 300 };

static bool in_pieces(struct bytes wire, size_t piece)
{
    struct wire w = { 0 };

    for (size_t from = 0; from < wire.len; from += piece) {
        const uint8_t *at = wire.at + from, *end = at + (from + piece < wire.len ? piece : wire.len - from);
        enum wire_event event;

        while ((event = wire_next(&w, &at, end, MOST)) != WIRE_ALL) {
            if (event == WIRE_BAD)
                return false;
            holds(at <= end && w.in_frame == (event == WIRE_HEAD));
        }
        holds(at == end && w.message <= MOST && w.left <= MOST && w.head_len < sizeof(w.head));
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    size_t piece = 1 + fuzz_number(&input) % 300;
    struct bytes wire = fuzz_rest(&input);
    bool taken = in_pieces(wire, 1);

    holds(in_pieces(wire, piece) == taken);
    holds(in_pieces(wire, wire.len + 1) == taken);
    return 0;
}
