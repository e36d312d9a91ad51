#include "services/worker/sessions/references.h"

#include <string.h>

#include "common/hash.h"

enum { PROGRAM_MAX = 32, VERSION_MAX = 64 };

void references_begin(struct references *references, struct arena *arena, struct session_read *to)
{
    *references = (struct references){ .arena = arena, .to = to };
    to->references.count = 0;
    to->references.at = arena_array(arena, REFERENCES_MAX, sizeof(*to->references.at));
}

void references_end(struct references *references)
{
    id_table_free(&references->known);
}

struct id references_key(struct text text)
{
    struct hash hash = hash_of(text.at, text.len);
    struct id key;

    memcpy(key.b, hash.b, sizeof(key.b));
    return key;
}

static struct text keep_text(struct references *references, struct text from, uint32_t most)
{
    return arena_utf8(references->arena, bytes_of(from.at, from.len), most);
}

static struct session_reference *find_reference(struct references *references, struct id key)
{
    bool is_known = id_table_has(&references->known, key);

    return is_known ? &references->to->references.at[*id_table_number(&references->known, key) - 1] : NULL;
}

/* NULL: there is no room. */
static struct session_reference *add_reference(struct references *references, struct id key, struct text path)
{
    struct session_reference_list *list = &references->to->references;
    bool has_room = list->count < REFERENCES_MAX && references->bytes + path.len <= REFERENCES_BYTES;
    uint32_t *number = has_room ? id_table_number(&references->known, key) : NULL;

    if (!number) {
        references->to->more++;
        return NULL;
    }
    references->bytes += path.len;
    list->at[list->count] =
        (struct session_reference){ .path = arena_bytes(references->arena, bytes_of(path.at, path.len)) };
    *number = ++list->count;
    return &list->at[*number - 1];
}

struct session_reference *references_add(struct references *references, struct text path, struct text track,
                                         uint64_t size, int64_t frames)
{
    struct id key = references_key(path);
    struct session_reference *found;

    if (path.len == 0 || path.len > REFERENCE_PATH_MAX)
        return NULL;
    found = find_reference(references, key);
    if (!found)
        found = add_reference(references, key, path);
    if (!found)
        return NULL;
    if (!found->track.len)
        found->track = keep_text(references, track, REFERENCE_TRACK_MAX);
    found->size = found->size ? found->size : size;
    found->frames = found->frames || frames < 0 ? found->frames : frames;
    return found;
}

void references_program(struct references *references, struct text program, struct text version)
{
    references->to->program = keep_text(references, program, PROGRAM_MAX);
    references->to->version = keep_text(references, version, VERSION_MAX);
}
