#include "services/persist/uses/sessions.h"

#include <string.h>

#include "services/persist/turn/turn.h"
#include "services/persist/uses/uses.h"

/* The file's name without its extension. */
static struct text session_name(struct persist *p, struct bytes path)
{
    const uint8_t *slash = memrchr(path.at, '/', path.len);
    uint32_t start = slash ? (uint32_t)(slash - path.at) + 1 : 0;
    const uint8_t *dot = memrchr(path.at + start, '.', path.len - start);
    uint32_t end = dot && dot > path.at + start ? (uint32_t)(dot - path.at) : path.len;

    return arena_utf8(&p->arena, bytes_of(path.at + start, end - start), 255);
}

static enum err list_uses(struct persist *p, const struct session *session, struct use_list *to)
{
    to->at = arena_array(&p->arena, session->references.count + 1, sizeof(*to->at));
    if (!to->at)
        return ERR_FULL;
    for (uint32_t i = 0; i < session->references.count; i++) {
        const struct reference *reference = &session->references.at[i];
        if (reference->has_media)
            to->at[to->count++] = (struct use){ .media = reference->media, .role = reference->role };
    }
    return ERR_OK;
}

static enum err write_session(struct persist *p, const struct session *session, bool removed)
{
    struct key key = key_id(session->id);

    if (removed)
        return turn_wrote(p, row_delete(&p->w, DB_SESSION, &key));
    return turn_wrote(p, row_put(&p->w, DB_SESSION, &key, &session_shape, session));
}

static enum err read_session(struct persist *p, struct id id, struct session *to)
{
    struct key key = key_id(id);

    return row_get(p->w.txn, &p->arena, DB_SESSION, &key, &session_shape, to);
}

static bool has_same_references(const struct session *a, const struct session *b)
{
    bool same = a->references.count == b->references.count && a->more == b->more;

    for (uint32_t i = 0; same && i < a->references.count; i++)
        same = bytes_equal(a->references.at[i].path, b->references.at[i].path) &&
               text_equal(a->references.at[i].role, b->references.at[i].role);
    return same;
}

/* True if the session that is removed goes on under another path. */
static bool has_moved(struct persist *p, const struct persist_put_session *ask)
{
    struct session was, now;

    return ask->removed && ask->has_moved_to && !id_equal(ask->moved_to, ask->session.id) &&
           read_session(p, ask->session.id, &was) == ERR_OK && read_session(p, ask->moved_to, &now) == ERR_OK &&
           text_equal(was.program, now.program) && was.size == now.size && was.mtime == now.mtime &&
           has_same_references(&was, &now);
}

static enum err note_session(struct persist *p, const struct persist_put_session *ask, struct done *answer,
                             struct fault *fault)
{
    struct persist_use use = { .has_id = true, .id = ask->session.id, .kind = { .value = CONTEXT_KIND_SESSION } };
    enum err e = ERR_OK;

    if (uses_is_of_another_kind(p, use.id, use.kind))
        return ERR_OK;
    if (has_moved(p, ask))
        return uses_merge(p, use.id, ask->moved_to, fault);
    use.name = session_name(p, ask->session.path);
    use.whole = ask->removed || ask->session.failure.len == 0;
    if (!ask->removed)
        e = list_uses(p, &ask->session, &use.uses);
    return e == ERR_OK ? uses_note(p, &use, answer, fault) : e;
}

enum err sessions_put(struct persist *p, const struct persist_put_session *ask, struct done *answer,
                      struct fault *fault)
{
    enum err e;

    if (id_is_zero(ask->session.id) || ask->session.path.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the session has no id or no path: expected both");
    *answer = (struct done){ .id = ask->session.id, .revision = turn_next(p) - 1 };
    e = note_session(p, ask, answer, fault);
    return e == ERR_OK ? write_session(p, &ask->session, ask->removed) : e;
}
