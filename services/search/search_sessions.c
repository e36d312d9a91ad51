#include "services/search/search_sessions.h"

#include "proto/wire/codec_copy.h"
#include "services/search/search_begin.h"
#include "store/row.h"

enum { SESSIONS_A_PAGE = 256, BYTES_A_PAGE = 2 << 20 };

static enum err read_page(struct txn *txn, struct arena *arena, struct id after, struct sessions_found *to, bool *more)
{
    struct key from = key_id(after);
    struct walk walk;
    size_t bytes = 0;
    enum err e = walk_begin(txn, DB_SESSION, key_bytes(&from), (struct bytes){ 0 }, &walk);

    while (e == ERR_OK && (*more = walk_next(&walk)) && to->each.count < SESSIONS_A_PAGE && bytes < BYTES_A_PAGE) {
        struct session session = { 0 };
        if (id_equal(key_id_at(walk.key, 0), after))
            continue;
        bytes += walk.value.len;
        if (row_decode(txn, arena, walk.value, &session_shape, &session) == ERR_OK)
            e = codec_copy(&session_shape, &session, arena, &to->each.at[to->each.count++]);
    }
    walk_end(&walk);
    return e;
}

enum err search_sessions(struct search *search, struct call *call, const struct search_sessions *ask,
                         struct sessions_found *answer)
{
    struct id after = { { 0 } };
    char cursor[ID_TEXT_SIZE];
    struct txn *txn;
    bool more = false;
    enum err e;

    if (ask->cursor.len && !id_read(ask->cursor, &after)) {
        refuse(call, ERR_BAD_REQUEST, "the cursor is not one of search.sessions");
        return fault_field(call_fault(call), "cursor");
    }
    answer->each.at = arena_array(call_arena(call), SESSIONS_A_PAGE, sizeof(*answer->each.at));
    if (!answer->each.at)
        return refuse_full(call);
    e = search_read(search, &txn, call_fault(call));
    if (e != ERR_OK)
        return e;
    answer->total = txn_count(txn, DB_SESSION);
    e = read_page(txn, call_arena(call), after, answer, &more);
    txn_end(txn);
    if (e == ERR_OK && more && answer->each.count)
        answer->cursor =
            arena_text(call_arena(call), text_of(id_write(answer->each.at[answer->each.count - 1].id, cursor)));
    return e == ERR_OK ? e : refuse(call, e, "the sessions cannot be read");
}
