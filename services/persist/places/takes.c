#include "services/persist/places/takes.h"

#include <string.h>

#include "common/clock.h"
#include "services/persist/places/overtaken.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue_write.h"

static enum err write_take(struct persist *p, const struct media *was, struct media *now, struct done *done)
{
    now->revision = turn_next(p);
    enum err e = turn_wrote(p, catalogue_put_media(&p->w, was, now));

    *done = (struct done){ .revision = now->revision, .id = now->id };
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_MEDIA, now->id, false) : e;
}

/* Returns the name with its end `from` replaced by `to`; empty: the name does not end in `from`. */
static struct bytes rename_end(struct persist *p, struct bytes file, const char *from, const char *to)
{
    size_t end = strlen(from), more = strlen(to);
    uint8_t *name = file.len > end ? arena_alloc(&p->arena, file.len - end + more) : NULL;

    if (!name || memcmp(file.at + file.len - end, from, end) != 0)
        return (struct bytes){ 0 };
    memcpy(name, file.at, file.len - end);
    memcpy(name + file.len - end, to, more);
    return bytes_of(name, file.len - end + more);
}

static enum err check_free(struct persist *p, struct id folder, struct bytes file, struct id self, struct fault *fault)
{
    struct id id;
    enum err e = catalogue_place(p->w.txn, &p->arena, folder, file, &id);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && id_equal(id, self)))
        return ERR_OK;
    return fault_set(fault, e == ERR_OK ? ERR_EXISTS : e, "another media item has that place");
}

static enum err check_names_free(struct persist *p, const struct persist_reserve *ask, struct fault *fault)
{
    struct bytes flac = rename_end(p, ask->file, ".wav", ".flac");
    enum err e = places_check_name(ask->file, "file", fault);

    if (e == ERR_OK)
        e = places_check_folder(p, ask->folder, fault);
    if (e == ERR_OK)
        e = check_free(p, ask->folder, ask->file, (struct id){ 0 }, fault);
    if (e == ERR_OK && flac.len)
        e = check_free(p, ask->folder, flac, (struct id){ 0 }, fault);
    return e;
}

bool takes_own(struct persist *p, struct id folder, struct bytes file, struct media *take)
{
    struct bytes wav = rename_end(p, file, ".flac", ".wav");
    struct id id;

    return wav.len && catalogue_place(p->w.txn, &p->arena, folder, wav, &id) == ERR_OK &&
           catalogue_media(p->w.txn, &p->arena, id, take) == ERR_OK && take->lifecycle.value == LIFECYCLE_PENDING;
}

enum err takes_reserve(struct persist *p, const struct persist_reserve *ask, struct done *done, struct fault *fault)
{
    enum err e = check_names_free(p, ask, fault);
    struct media media = {
        .id = id_new(),
        .name = ask->name.len ? ask->name : places_title(&p->arena, ask->file),
        .kind = { .value = KIND_AUDIO },
        .origin = { .value = ORIGIN_RECORDED },
        .lifecycle = { .value = LIFECYCLE_PENDING },
        .folder = ask->folder,
        .file = ask->file,
        .container = TEXT("wav"),
        .sample_format = ask->sample_format,
        .bit_depth = ask->bit_depth,
        .sample_rate = ask->sample_rate,
        .channels = ask->channels,
        .analysis = { .value = ANALYSIS_STATE_NONE },
        .added = clock_now(),
    };

    return e == ERR_OK ? write_take(p, NULL, &media, done) : e;
}

static enum err check_end(const struct media *was, struct choice lifecycle, struct fault *fault)
{
    if (lifecycle.value != LIFECYCLE_FINAL && lifecycle.value != LIFECYCLE_ABANDONED) {
        fault_set(fault, ERR_BAD_REQUEST, "a take cannot end as \"%.*s\": expected final or abandoned",
                  TEXT_ARG(choice_text(&lifecycle_table, lifecycle)));
        return fault_field(fault, "lifecycle");
    }
    if (was->lifecycle.value == LIFECYCLE_PENDING || was->lifecycle.value == lifecycle.value)
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "the take has already ended as %s",
              choice_word(&lifecycle_table, was->lifecycle.value));
    return fault_hint(fault, "an abandoned take stays abandoned: add its file to a library under another name");
}

/* Gives the item the file that the take was encoded to. */
static enum err adopt_encoded(struct persist *p, const struct encoded_take *file, struct media *now,
                              struct fault *fault)
{
    enum err e = places_check_name(file->file, "encoded.file", fault);

    if (e == ERR_OK)
        e = check_free(p, now->folder, file->file, now->id, fault);
    if (e == ERR_OK)
        e = places_check_content(file->content, "encoded.content", fault);
    if (e != ERR_OK)
        return e;
    now->file = file->file;
    now->container = file->container;
    now->sample_format = file->sample_format;
    now->bit_depth = file->bit_depth;
    now->content = file->content;
    return ERR_OK;
}

static void note_end(const struct persist_end_take *ask, struct media *now)
{
    now->lifecycle = ask->lifecycle;
    now->frames = ask->frames;
    now->size = ask->size;
    now->mtime = ask->mtime;
    now->has_changed = false;
    now->has_first = ask->has_first;
    now->first = ask->first;
    now->has_latency = ask->has_latency;
    now->latency = ask->latency;
    now->has_lost = ask->has_lost;
    now->lost = ask->lost;
    now->has_gaps = ask->has_gaps;
    now->gaps = ask->gaps;
    now->lost_at = ask->lost_at;
    now->has_lost_more = ask->has_lost_more;
    now->lost_more = ask->lost_more;
    now->has_cut = ask->has_cut;
    now->cut = ask->cut;
    if (ask->lifecycle.value != LIFECYCLE_FINAL)
        return;
    now->analysis = (struct choice){ .value = ANALYSIS_STATE_WAITING };
    /* A scan may have reported that its WAV vanished. */
    now->availability = (struct choice){ .value = ITEM_STATE_LOCAL };
    now->has_missing_since = false;
}

/* A scan may have read the folder before the take ended, or while it had its former name. */
static enum err write_end(struct persist *p, const struct media *was, struct media *now, struct done *done)
{
    bool has_moved = !bytes_equal(was->file, now->file);
    struct key left = overtaken_place(was->folder, was->file), changed = overtaken_item(was->id);
    enum err e = write_take(p, was, now, done);

    if (e == ERR_OK)
        e = overtaken_note(p, &changed, done->revision);
    return e == ERR_OK && has_moved ? overtaken_note(p, &left, done->revision) : e;
}

enum err takes_end(struct persist *p, const struct persist_end_take *ask, struct done *done, struct fault *fault)
{
    struct media was, now;
    enum err e = places_find(p, ask->id, &was, fault);

    if (e == ERR_OK)
        e = check_end(&was, ask->lifecycle, fault);
    *done = (struct done){ .revision = p->head, .id = ask->id };
    if (e != ERR_OK || was.lifecycle.value != LIFECYCLE_PENDING)
        return e;
    now = was;
    note_end(ask, &now);
    if (ask->has_encoded)
        e = adopt_encoded(p, &ask->encoded, &now, fault);
    return e == ERR_OK ? write_end(p, &was, &now, done) : e;
}
