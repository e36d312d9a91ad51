#include "services/persist/places/sessions.h"

#include <string.h>

#include "services/persist/places/uses.h"
#include "services/persist/turn/turn.h"

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

enum err sessions_put(struct persist *p, const struct session *session, bool removed, struct done *answer,
                      struct fault *fault)
{
    struct persist_use use = { .has_id = true, .id = session->id, .kind = { .value = CONTEXT_KIND_SESSION } };
    enum err e = ERR_OK;

    if (id_is_zero(session->id) || session->path.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the session has no id or no path: expected both");
    *answer = (struct done){ .id = session->id, .revision = turn_next(p) - 1 };
    use.name = session_name(p, session->path);
    use.whole = removed || session->failure.len == 0;
    if (!removed)
        e = list_uses(p, session, &use.uses);
    if (e == ERR_OK && !uses_is_of_another_kind(p, use.id, use.kind))
        e = uses_note(p, &use, answer, fault);
    return e == ERR_OK ? write_session(p, session, removed) : e;
}
