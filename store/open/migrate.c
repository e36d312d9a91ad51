#include "store/open/migrate.h"

#include "store/catalogue_write.h"
#include "store/changelog.h"
#include "store/keys.h"
#include "store/open/migrate_steps.h"

enum err migrate_draw_id(struct txn *txn, struct id *catalogue)
{
    struct key key = key_name(META_CATALOGUE);

    *catalogue = id_new();
    return txn_put(txn, DB_META, key_bytes(&key), bytes_of(catalogue->b, sizeof(catalogue->b)));
}

enum err migrate_begin(struct txn *txn)
{
    enum err e = txn_set_version(txn, STORE_VERSION);
    struct id id;

    return e == ERR_OK ? migrate_draw_id(txn, &id) : e;
}

/* ---- the steps ---- */

/* A record has the id that is its key. internal: the row is damaged. */
static enum err match_id(struct bytes key, struct id id)
{
    return key.len == sizeof(id.b) && id_equal(key_id_at(key, 0), id) ? ERR_OK : ERR_INTERNAL;
}

static enum err read_media(struct writing *w, struct arena *arena, struct bytes key, struct bytes value,
                           struct media *media)
{
    enum err e = row_decode(w->txn, arena, value, &media_shape, media);

    return e == ERR_OK ? match_id(key, media->id) : e;
}

/* To version 1: volumes are found by their identity, and a catalogue has an id. */
static enum err index_identity(struct writing *w, struct arena *arena, struct bytes row_key, struct bytes value)
{
    struct volume volume;
    enum err e = row_decode(w->txn, arena, value, &volume_shape, &volume);

    if (e == ERR_OK)
        e = match_id(row_key, volume.id);
    if (e != ERR_OK)
        return e;
    struct key key = key_identity(volume.identity);
    return txn_put(w->txn, DB_VOLUME_IDENTITY, key_bytes(&key), bytes_of(volume.id.b, sizeof(volume.id.b)));
}

static enum err draw_missing_id(struct txn *txn)
{
    struct id id;

    return catalogue_id(txn, &id) == ERR_NOT_FOUND ? migrate_draw_id(txn, &id) : ERR_OK;
}

/* To version 2: the row of a place has what a scan compares, besides the item's id. */
static enum err fill_place(struct writing *w, struct arena *arena, struct bytes key, struct bytes value)
{
    struct media media;
    enum err e = read_media(w, arena, key, value, &media);

    return e == ERR_OK ? catalogue_put_place(w, &media) : e;
}

/* To version 3: an answer is kept with a digest of its ask. */
static enum err add_digest(struct writing *w, struct arena *arena, struct bytes key, struct bytes value)
{
    (void)arena;
    return changelog_add_digest(w, key, value);
}

/* Gives the item a new revision, as every edit does. */
static enum err log_media(struct writing *w, struct media *media)
{
    struct change change = {
        .kind = { .value = CHANGE_KIND_MEDIA }, .id = media->id, .request = id_new(), .at = clock_now()
    };
    uint64_t tail, head;
    enum err e = catalogue_head(w->txn, &tail, &head);

    if (e != ERR_OK)
        return e;
    media->revision = change.revision = head + 1;
    return changelog_add(w, &change);
}

/* To version 3: an item is done only while its content has an analysis. An item without one is analysed again. */
static enum err analyse_again(struct writing *w, struct arena *arena, struct bytes key, struct bytes value)
{
    struct media was, now;
    bool is_analysed = true;
    enum err e = read_media(w, arena, key, value, &was);

    if (e != ERR_OK || was.analysis.value != ANALYSIS_STATE_DONE)
        return e;
    e = catalogue_is_analysed(w->txn, arena, was.content, &is_analysed, NULL);
    if (e != ERR_OK || is_analysed)
        return e;
    now = was;
    now.analysis = (struct choice){ .value = ANALYSIS_STATE_WAITING };
    e = log_media(w, &now);
    return e == ERR_OK ? catalogue_put_media(w, &was, &now) : e;
}

/* A new version needs a line here and a higher STORE_VERSION. */
const struct migrate_step migrate_steps[] = {
    { 1, "volumes are found by their identity", DB_VOLUME, index_identity, draw_missing_id },
    { 2, "a place has what a scan compares", DB_MEDIA, fill_place, NULL },
    { 3, "an answer is kept with a digest of its ask", DB_REQUEST, add_digest, NULL },
    { 3, "an item is done only while its content has an analysis", DB_MEDIA, analyse_again, NULL },
};
const uint32_t migrate_step_count = sizeof(migrate_steps) / sizeof(*migrate_steps);
