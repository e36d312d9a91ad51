#include "services/worker/sessions/references.h"

enum { PROGRAM_MAX = 32, VERSION_MAX = 64 };

enum err references_begin(struct references *references, struct arena *arena, struct session_read *to)
{
    *references = (struct references){ .arena = arena, .to = to };
    to->references.count = 0;
    to->references.at = arena_array(arena, REFERENCES_MAX, sizeof(*to->references.at));
    return to->references.at ? ERR_OK : ERR_FULL;
}

static struct text keep_text(struct references *references, struct text from, uint32_t most)
{
    return arena_utf8(references->arena, bytes_of(from.at, from.len), most);
}

static struct session_reference *find_reference(const struct references *references, struct text path)
{
    struct session_reference_list *list = &references->to->references;

    for (uint32_t i = 0; i < list->count; i++)
        if (bytes_equal(list->at[i].path, bytes_of(path.at, path.len)))
            return &list->at[i];
    return NULL;
}

struct session_reference *references_add(struct references *references, struct text path, struct text track,
                                         uint64_t size, int64_t frames)
{
    struct session_reference_list *list = &references->to->references;
    struct session_reference *found;

    if (path.len == 0 || path.len > REFERENCE_PATH_MAX)
        return NULL;
    found = find_reference(references, path);
    if (!found && (list->count == REFERENCES_MAX || references->bytes + path.len > REFERENCES_BYTES)) {
        references->to->more++;
        return NULL;
    }
    if (!found) {
        references->bytes += path.len;
        found = &list->at[list->count++];
        *found = (struct session_reference){ .path = arena_bytes(references->arena, bytes_of(path.at, path.len)) };
    }
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
