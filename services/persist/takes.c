#include "services/persist/takes.h"
#include "common/clock.h"
#include "services/persist/places.h"
#include "services/persist/turn.h"
#include "store/catalogue_write.h"

static enum err write(struct persist *p, const struct media *was, struct media *now, struct done *done)
{
    now->revision = turn_next(p);
    enum err e = turn_wrote(p, catalogue_put_media(&p->w, was, now));

    *done = (struct done){ .revision = now->revision, .id = now->id };
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_MEDIA, now->id, false) : e;
}

static enum err check_place(struct persist *p, const struct persist_reserve *ask, struct fault *fault)
{
    struct id id;
    enum err e = places_check_name(ask->file, "file", fault);

    if (e == ERR_OK)
        e = places_check_folder(p, ask->folder, fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_place(p->w.txn, ask->folder, ask->file, &id);
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    return fault_set(fault, e == ERR_OK ? ERR_EXISTS : e, "another media item has that place");
}

enum err takes_reserve(struct persist *p, const struct persist_reserve *ask, struct done *done, struct fault *fault)
{
    enum err e = check_place(p, ask, fault);
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

    return e == ERR_OK ? write(p, NULL, &media, done) : e;
}

static enum err check_end(const struct media *was, struct choice lifecycle, struct fault *fault)
{
    if (lifecycle.value != LIFECYCLE_FINAL && lifecycle.value != LIFECYCLE_ABANDONED) {
        fault_set(fault, ERR_BAD_REQUEST, "a take ends as final or as abandoned");
        return fault_field(fault, "lifecycle");
    }
    if (was->lifecycle.value == LIFECYCLE_PENDING || was->lifecycle.value == lifecycle.value)
        return ERR_OK;
    fault_set(fault, ERR_CONFLICT, "this take has ended otherwise");
    return fault_hint(fault, "what was abandoned is not taken back: add its file to a library under another name");
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
    now.lifecycle = ask->lifecycle;
    now.frames = ask->frames;
    now.size = ask->size;
    now.mtime = ask->mtime;
    if (ask->lifecycle.value == LIFECYCLE_FINAL)
        now.analysis = (struct choice){ .value = ANALYSIS_STATE_WAITING };
    return write(p, &was, &now, done);
}
