#include "store/availability.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static struct {
    uint32_t count;
    struct id at[AVAILABILITY_FETCHING];
} fetched;

enum item_state availability_kept(enum item_state word)
{
    switch (word) {
    case ITEM_STATE_LOCAL:
    case ITEM_STATE_PRESENT:
    case ITEM_STATE_EXTERNAL_ONLINE:
        return ITEM_STATE_LOCAL;
    case ITEM_STATE_REMOTE_FETCHING:
    case ITEM_STATE_REMOTE_OFFLINE:
    case ITEM_STATE_ONLINE_ONLY:
        return ITEM_STATE_ONLINE_ONLY;
    case ITEM_STATE_EXTERNAL_OFFLINE:
        return ITEM_STATE_EXTERNAL_OFFLINE;
    case ITEM_STATE_MISSING:
    case ITEM_STATE_OTHER:
        break;
    }
    return word;
}

static enum item_state of_present(enum backend backend, bool is_here)
{
    if (is_here)
        return backend == BACKEND_EXTERNAL ? ITEM_STATE_EXTERNAL_ONLINE : ITEM_STATE_LOCAL;
    return backend == BACKEND_CLOUD ? ITEM_STATE_REMOTE_OFFLINE : ITEM_STATE_EXTERNAL_OFFLINE;
}

enum item_state availability_of(enum item_state word, enum backend backend, bool is_here)
{
    enum item_state kept = availability_kept(word);

    if (kept == ITEM_STATE_LOCAL || kept == ITEM_STATE_OTHER)
        return of_present(backend, is_here);
    return kept == ITEM_STATE_ONLINE_ONLY ? ITEM_STATE_REMOTE_OFFLINE : kept;
}

enum item_state availability_of_item(struct id item, enum item_state word, enum backend backend, bool is_here)
{
    enum item_state state = availability_of(word, backend, is_here);
    bool is_fetched = state == ITEM_STATE_REMOTE_OFFLINE && fetched.count > 0 &&
                      bsearch(&item, fetched.at, fetched.count, sizeof(item), id_order) != NULL;

    return is_fetched ? ITEM_STATE_REMOTE_FETCHING : state;
}

void availability_set_fetching(const struct id *sorted, uint32_t count)
{
    fetched.count = count < AVAILABILITY_FETCHING ? count : AVAILABILITY_FETCHING;
    if (count)
        memcpy(fetched.at, sorted, fetched.count * sizeof(*sorted));
}

uint32_t availability_fetching(const struct id **sorted)
{
    *sorted = fetched.at;
    return fetched.count;
}

enum backend availability_backend(const struct volume *volume, const struct library *library)
{
    return (enum backend)(library && library->has_backend ? library->backend.value : volume->backend.value);
}

bool availability_is_here(const struct volume *volume, const struct library *library)
{
    return volume->online && (!library || library->online);
}

bool availability_is_readable(enum item_state derived)
{
    return derived == ITEM_STATE_LOCAL || derived == ITEM_STATE_EXTERNAL_ONLINE;
}

bool availability_is_no_sound(const struct media *media)
{
    return media->analysis.value == ANALYSIS_STATE_FAILED || media->analysis.value == ANALYSIS_STATE_QUARANTINED;
}
