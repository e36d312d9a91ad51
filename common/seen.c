#include "common/seen.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

enum { ROOM_FIRST = 64 }; /* a power of two, as all later ones */

/* The place of a hash: its own, or the free one where it belongs. */
static struct seen_text *find_place(const struct seen_texts *seen, const struct hash *hash)
{
    size_t at;

    memcpy(&at, hash->b, sizeof(at));
    for (at &= seen->room - 1; seen->at[at].used; at = (at + 1) & (seen->room - 1))
        if (memcmp(&seen->at[at].hash, hash, sizeof(*hash)) == 0)
            break;
    return &seen->at[at];
}

/* At most half of the places are used. */
static void make_room(struct seen_texts *seen)
{
    struct seen_texts old = *seen;

    if (2 * seen->count < seen->room)
        return;
    seen->room = old.room ? 2 * old.room : ROOM_FIRST;
    seen->at = alloc_zeroed(seen->room, sizeof(*seen->at));
    for (size_t i = 0; i < old.room; i++)
        if (old.at[i].used)
            *find_place(seen, &old.at[i].hash) = old.at[i];
    free(old.at);
}

uint32_t *seen_number(struct seen_texts *seen, const char *text)
{
    struct hash hash = hash_of(text, strlen(text));
    struct seen_text *place;

    make_room(seen);
    place = find_place(seen, &hash);
    if (!place->used) {
        *place = (struct seen_text){ .hash = hash, .used = true };
        seen->count++;
    }
    return &place->number;
}

void seen_free(struct seen_texts *seen)
{
    free(seen->at);
    *seen = (struct seen_texts){ 0 };
}
