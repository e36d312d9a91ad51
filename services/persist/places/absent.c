#include "services/persist/places/absent.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "services/persist/edit/ranges.h"
#include "services/persist/edit/tags.h"
#include "services/persist/places/folders.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"
#include "store/catalogue_write.h"

enum { PARTS_MOST = 256, NAME_MOST = 255, TRIES = 16 };

/* The names of a path below its mount, the last of them that of the file. */
struct absent_path {
    uint32_t count;
    struct bytes names[PARTS_MOST];
};

static bool split_path(struct bytes path, struct absent_path *to)
{
    struct fault none = { 0 };

    to->count = 0;
    for (uint32_t at = 0; at < path.len;) {
        const uint8_t *slash = memchr(path.at + at, '/', path.len - at);
        uint32_t end = slash ? (uint32_t)(slash - path.at) : path.len;
        struct bytes name = bytes_of(path.at + at, end - at);
        at = end + 1;
        if (name.len == 0)
            continue;
        if (to->count == PARTS_MOST || name.len > NAME_MOST || places_check_name(name, "path", &none) != ERR_OK)
            return false;
        to->names[to->count++] = name;
    }
    return to->count > 0;
}

static enum err put_folders(struct persist *p, struct id volume, const struct absent_path *path, struct id *folder,
                            struct fault *fault)
{
    struct folder next = { .volume = volume };
    struct done done;
    enum err e = ERR_OK;

    if (path->count == 1) /* the mount itself is the folder without a name */
        e = folders_put(p, &next, &done, fault);
    for (uint32_t i = 0; e == ERR_OK && i + 1 < path->count; i++) {
        next.name = path->names[i];
        e = folders_put(p, &next, &done, fault);
        next.parent = done.id;
    }
    *folder = done.id;
    return e;
}

/* The file's name; if other items have that place, one with a number, and at last with the id of the item. */
static enum err choose_name(struct persist *p, struct id folder, struct bytes name, struct id item, struct bytes *to)
{
    const int len = name.len < 228 ? (int)name.len : 228; /* of 255 bytes */
    char room[ID_TEXT_SIZE];
    enum err e = ERR_OK;
    struct id there;

    *to = name;
    for (int i = 2; i <= TRIES && (e = catalogue_place(p->w.txn, &p->arena, folder, *to, &there)) == ERR_OK; i++) {
        struct text other = i < TRIES ? arena_printf(&p->arena, "%d %.*s", i, len, name.at)
                                      : arena_printf(&p->arena, "%s %.*s", id_write(item, room), len, name.at);
        *to = bytes_of(other.at, other.len);
    }
    if (e == ERR_OK)
        e = catalogue_place(p->w.txn, &p->arena, folder, *to, &there);
    return e == ERR_NOT_FOUND ? ERR_OK : e == ERR_OK ? ERR_EXISTS : e;
}

/* What a person said of it. A value that no person may set, and a second one of an attribute, are left out. */
static enum err write_own_facts(struct persist *p, const struct missing_item *item)
{
    struct facts own = { .each.at = arena_array(&p->arena, item->facts.count + 1, sizeof(struct fact)) };
    struct fault unused = { 0 };

    for (uint32_t i = 0; i < item->facts.count; i++) {
        struct fact fact = item->facts.at[i];
        bool is_new = ranges_check(&fact, &unused) == ERR_OK;
        for (uint32_t k = 0; k < own.each.count; k++)
            is_new = is_new && !text_equal(own.each.at[k].attribute, fact.attribute);
        fact.source = (struct choice){ .value = SOURCE_USER };
        fact.confidence = 1;
        fact.version = 0;
        fact.shown = true;
        if (is_new)
            own.each.at[own.each.count++] = fact;
    }
    return own.each.count ? turn_wrote(p, catalogue_put_facts(&p->w, bytes_of(item->id.b, sizeof(item->id.b)), &own))
                          : ERR_OK;
}

static enum err write_absent(struct persist *p, const struct missing_item *item, struct id folder, struct bytes file,
                             struct done *done)
{
    struct media media = {
        .id = item->id,
        .name = item->name.len ? item->name : places_title(&p->arena, file),
        .kind = { .value = KIND_AUDIO },
        .origin = { .value = item->has_origin ? item->origin.value : ORIGIN_EXTERNAL },
        .favourite = item->has_favourite && item->favourite,
        .lifecycle = { .value = LIFECYCLE_FINAL },
        .availability = { .value = ITEM_STATE_MISSING },
        .has_missing_since = true,
        .missing_since = clock_now(),
        .folder = folder,
        .file = file,
        .content = item->content.len == 16 ? item->content : (struct bytes){ 0 },
        .container = item->container,
        .sample_format = item->sample_format,
        .bit_depth = item->bit_depth,
        .sample_rate = item->sample_rate,
        .channels = item->channels,
        .frames = item->frames,
        .analysis = { .value = ANALYSIS_STATE_NONE },
        .added = clock_now(),
        .tags = tags_sorted(&p->arena, item->tags),
        .notes = item->notes,
        .has_first = item->has_first,
        .first = item->first,
        .has_latency = item->has_latency,
        .latency = item->latency,
        .revision = turn_next(p),
    };
    enum err e = turn_wrote(p, catalogue_put_media(&p->w, NULL, &media));
    done->revision = media.revision;
    if (e == ERR_OK)
        e = write_own_facts(p, item);
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_MEDIA, media.id, false) : e;
}

static enum err add_absent_item(struct persist *p, const struct missing_item *item, struct done *done,
                                struct fault *fault)
{
    struct absent_path path;
    struct volume volume;
    struct media known;
    struct id folder;
    struct bytes file;
    enum err e = catalogue_media(p->w.txn, &p->arena, item->id, &known);

    if (e != ERR_NOT_FOUND || id_is_zero(item->id))
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = catalogue_volume_at(p->w.txn, &p->arena, item->path, &volume);
    if (e != ERR_OK ||
        !split_path(bytes_of(item->path.at + volume.mount.len, item->path.len - volume.mount.len), &path))
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = put_folders(p, volume.id, &path, &folder, fault);
    if (e == ERR_OK)
        e = choose_name(p, folder, path.names[path.count - 1], item->id, &file);
    if (e == ERR_EXISTS)
        return ERR_OK;
    return e == ERR_OK ? write_absent(p, item, folder, file, done) : e;
}

enum err absent_add(struct persist *p, const struct missing_item_list *each, struct done *done, struct fault *fault)
{
    enum err e = ERR_OK;

    *done = (struct done){ .revision = p->head };
    for (uint32_t i = 0; e == ERR_OK && i < each->count; i++)
        e = add_absent_item(p, &each->at[i], done, fault);
    return e == ERR_OK || fault->what[0] ? e : fault_set(fault, e, "the missing items cannot be added");
}
