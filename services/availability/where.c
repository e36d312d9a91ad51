#include "services/availability/where.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

/* ---- the index ---- */

static int by_number(const struct mount *a, const struct mount *b)
{
    return (a->number > b->number) - (a->number < b->number);
}

static int by_identity(const void *a, const void *b)
{
    const struct mount *x = *(struct mount *const *)a, *y = *(struct mount *const *)b;
    int order = strcmp(x->found.identity, y->found.identity);

    return order ? order : by_number(x, y);
}

static int by_device(const void *a, const void *b)
{
    const struct mount *x = *(struct mount *const *)a, *y = *(struct mount *const *)b;
    int order = strcmp(x->found.device, y->found.device);

    return order ? order : by_number(x, y);
}

static int by_target(const void *a, const void *b)
{
    const struct mount *x = *(struct mount *const *)a, *y = *(struct mount *const *)b;

    return strcmp(x->line.target, y->line.target);
}

static struct mount **sort_mounts(const struct mounts *mounts, uint32_t *count,
                                  int (*order)(const void *, const void *))
{
    struct mount **sorted = alloc_array(mounts->count + 1, sizeof(struct mount *));

    *count = 0;
    for (uint32_t i = 0; i < mounts->count; i++)
        if (!mounts->at[i].is_covered && !mounts->at[i].line.is_special)
            sorted[(*count)++] = &mounts->at[i];
    qsort(sorted, *count, sizeof(struct mount *), order);
    return sorted;
}

void where_index_make(struct where_index *index, const struct mounts *mounts, struct known_volumes *known)
{
    index->known = known;
    index->by_identity = sort_mounts(mounts, &index->count, by_identity);
    index->by_device = sort_mounts(mounts, &index->count, by_device);
    index->by_target = sort_mounts(mounts, &index->count, by_target);
}

void where_index_free(struct where_index *index)
{
    free(index->by_identity);
    free(index->by_device);
    free(index->by_target);
}

/* ---- looking up ---- */

static struct text identity_of(const struct mount *mount)
{
    return text_of(mount->found.identity);
}

static struct text device_of(const struct mount *mount)
{
    return text_of(mount->found.device);
}

static struct text target_of(const struct mount *mount)
{
    return text_of(mount->line.target);
}

/* The first place whose key is not less. */
static uint32_t first_place(struct mount **sorted, uint32_t count, struct text (*key)(const struct mount *),
                            struct text wanted)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (text_compare(key(sorted[middle]), wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct mount *mount, const struct volume *volume)
{
    return bytes_equal(volume->mount, bytes_of(mount->line.target, strlen(mount->line.target)));
}

/* The place where the volume was wins, then its device, then the oldest mount. */
static bool is_better(const struct mount *mount, const struct mount *best, const struct volume *volume)
{
    bool was_here = is_at(mount, volume), best_was_here = best && is_at(best, volume);
    bool is_its = volume->has_device && text_is(volume->device, mount->found.device);
    bool best_is_its = best && volume->has_device && text_is(volume->device, best->found.device);

    if (!best || was_here != best_was_here)
        return !best || was_here;
    return is_its && !best_is_its;
}

static struct mount *find_identified(const struct where_index *index, const struct volume *volume)
{
    uint32_t i = first_place(index->by_identity, index->count, identity_of, volume->identity);
    struct mount *best = NULL;

    for (; i < index->count && text_equal(identity_of(index->by_identity[i]), volume->identity); i++)
        if (index->by_identity[i]->state == MOUNT_HERE && is_better(index->by_identity[i], best, volume))
            best = index->by_identity[i];
    return best;
}

/* True if the mount has a marker that no volume has, and that no person asked for as a new one. */
static bool is_strange(const struct where_index *index, const struct mount *mount)
{
    return !mount->parted && text_starts(text_of(mount->found.identity), TEXT("marker:")) &&
           !known_by_identity(index->known, mount->found.identity);
}

/* Which of two volumes with the device of the mount was here last. */
static bool was_last(const struct volume *volume, const struct volume *other, const struct mount *mount)
{
    if (id_equal(mount->volume, volume->id) || id_equal(mount->volume, other->id))
        return id_equal(mount->volume, volume->id);
    if (volume->online != other->online)
        return volume->online;
    if (is_at(mount, volume) != is_at(mount, other))
        return is_at(mount, volume);
    return volume->seen_at > other->seen_at;
}

/* True if the other volume is at the mount, or was there last. */
static bool takes_mount(const struct where_index *index, const struct mount *mount, const struct volume *other,
                        const struct volume *volume)
{
    const struct mount *at = find_identified(index, other);

    return at ? at == mount : was_last(other, volume, mount);
}

/* A person may have parted the disk, or a copy of it, from a volume (`parted`): then two volumes have its device. */
static bool is_of_another(const struct where_index *index, const struct mount *mount, const struct volume *volume)
{
    for (uint32_t i = 0; i < index->known->count; i++) {
        const struct volume *other = &index->known->at[i].row;
        if (!id_equal(other->id, volume->id) && other->has_device && text_equal(other->device, volume->device) &&
            takes_mount(index, mount, other, volume))
            return true;
    }
    return false;
}

static bool lost_its_marker(const struct where_index *index, const struct mount *mount, const struct volume *volume)
{
    bool is_lost = strcmp(mount->found.identity, mount->found.device) == 0 ||
                   (is_strange(index, mount) && (id_is_zero(mount->volume) || id_equal(mount->volume, volume->id)));

    return is_lost && !is_of_another(index, mount, volume);
}

/* A mount on the device of the volume, without a marker or with a strange one. */
static struct mount *find_unmarked(const struct where_index *index, const struct volume *volume)
{
    if (!volume->has_device)
        return NULL;
    uint32_t i = first_place(index->by_device, index->count, device_of, volume->device);
    for (; i < index->count && text_equal(device_of(index->by_device[i]), volume->device); i++) {
        struct mount *mount = index->by_device[i];
        if (mount->state == MOUNT_HERE && lost_its_marker(index, mount, volume))
            return mount;
    }
    return NULL;
}

static struct mount *at_its_place(const struct where_index *index, const struct volume *volume)
{
    struct text place = { volume->mount.len, (const char *)volume->mount.at };
    uint32_t i = first_place(index->by_target, index->count, target_of, place);

    return i < index->count && is_at(index->by_target[i], volume) ? index->by_target[i] : NULL;
}

static bool lost_its_identity(const struct where_index *index, const struct mount *mount, const struct volume *volume)
{
    bool was_it = id_equal(mount->volume, volume->id);

    if (!mount->line.target[1])
        return false;
    if (strcmp(mount->found.identity, "root") == 0)
        return was_it || text_starts(volume->identity, TEXT("mount:"));
    return was_it && is_strange(index, mount);
}

struct where where_is(const struct where_index *index, const struct volume *volume)
{
    struct mount *mount;

    if (text_is(volume->identity, "root"))
        return (struct where){ .state = VOLUME_STATE_HERE };
    if ((mount = find_identified(index, volume)) || (mount = find_unmarked(index, volume)))
        return (struct where){ .state = VOLUME_STATE_HERE, .mount = mount };
    mount = volume->mount.len > 1 ? at_its_place(index, volume) : NULL;
    if (!mount)
        return (struct where){ .state = VOLUME_STATE_AWAY };
    switch (mount->state) {
    case MOUNT_NEW:
        return (struct where){ .state = volume->online ? VOLUME_STATE_HERE : VOLUME_STATE_AWAY, .is_open = true };
    case MOUNT_DEAD:
        return (struct where){ .state = VOLUME_STATE_DEAD, .mount = mount };
    case MOUNT_HUNG:
        return (struct where){ .state = VOLUME_STATE_HUNG, .mount = mount };
    case MOUNT_HERE:
        break;
    }
    if (lost_its_identity(index, mount, volume))
        return (struct where){ .state = VOLUME_STATE_HERE, .mount = mount };
    return (struct where){ .state = VOLUME_STATE_AWAY };
}

void where_duplicates(const struct where_index *index, const struct volume *volume, const struct mount *mount,
                      void (*seen)(void *state, const struct mount *other), void *state)
{
    uint32_t i = first_place(index->by_identity, index->count, identity_of, volume->identity);

    for (; mount && i < index->count && text_equal(identity_of(index->by_identity[i]), volume->identity); i++) {
        const struct mount *other = index->by_identity[i];
        if (other != mount && other->state == MOUNT_HERE && other->line.device != mount->line.device)
            seen(state, other);
    }
}
