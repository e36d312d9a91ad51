#include <unistd.h>

#include "common/process/log.h"
#include "services/indexer/analyse/hearing_parts.h"

enum { VERDICTS_MAX = 64 }; /* items of one content that are asked for their verdict */

/* An item whose file was only touched waits again, but what is known of its content is as true as before. */
static bool is_analysed(const struct media *media)
{
    return media->analysis.value == ANALYSIS_STATE_DONE ||
           (media->analysis.value == ANALYSIS_STATE_WAITING && media->sample_rate > 0 && media->failure.len == 0);
}

static bool is_quarantined(const struct media *media)
{
    return media->analysis.value == ANALYSIS_STATE_QUARANTINED;
}

struct wanted {
    bool (*is)(const struct media *media);
    uint64_t analyser;
};

static bool fits_wanted(const void *state, const struct media *media)
{
    const struct wanted *wanted = state;

    return wanted->is(media) && media->analyser >= wanted->analyser;
}

/* Among the first items of a content: of many copies nearly every one would do. */
static bool find_alike(struct hearing *hearing, const struct work *work, bool (*is)(const struct media *),
                       struct media *found)
{
    struct wanted wanted = { is, pool_analyser(hearing->pool) };

    return known_find_alike(hearing->known, &hearing->arena, bytes_of(work->content.b, sizeof(work->content.b)),
                            VERDICTS_MAX, fits_wanted, &wanted, found) == ERR_OK;
}

/* Only decoding shows that a file is cut short. One of the same content and size is cut short like the one that was
 * decoded. */
static struct fact_list own_facts(struct hearing *hearing, const struct work *work, const struct media *twin)
{
    struct fact_list facts = { 0, arena_array(&hearing->arena, work->facts.count + 1, sizeof(*facts.at)) };

    if (!facts.at)
        return work->facts;
    for (uint32_t i = 0; i < work->facts.count; i++)
        facts.at[facts.count++] = work->facts.at[i];
    if (twin->size == work->size &&
        known_statement(hearing->known, &hearing->arena, twin->id, TEXT("truncated"), &facts.at[facts.count]) == ERR_OK)
        facts.count++;
    return facts;
}

/* The facts of a content are there under it; what is this file's own came with the hash. */
static void tell_known(struct hearing *hearing, struct work *work, const struct media *twin, enum analysis_state state)
{
    struct analysed found = {
        .state = { .value = (int32_t)state },
        .failure = twin->failure,
        .content = bytes_of(work->content.b, sizeof(work->content.b)),
        .container = twin->container,
        .sample_format = twin->sample_format,
        .bit_depth = twin->bit_depth,
        .sample_rate = twin->sample_rate,
        .channels = twin->channels,
        .frames = twin->frames,
        .analyser = twin->analyser,
        .facts = own_facts(hearing, work, twin),
    };

    hearing_tell(hearing, work, &found);
}

void hearing_listen(struct hearing *hearing, struct work *work)
{
    if (!idset_add(&hearing->contents, work->content)) {
        if (work->fd >= 0)
            close(work->fd);
        work->fd = -1;
        idset_add(&hearing->awaited, work->content);
        work_push(&hearing->twins, work);
        return;
    }
    work->mode = WORKER_MODE_ANALYSE;
    pool_again(hearing->pool, work);
}

static void choose_source(struct hearing *hearing, struct work *work)
{
    struct media twin;

    if (find_alike(hearing, work, is_analysed, &twin))
        tell_known(hearing, work, &twin, ANALYSIS_STATE_DONE);
    else if (!work->retry && find_alike(hearing, work, is_quarantined, &twin))
        tell_known(hearing, work, &twin, ANALYSIS_STATE_QUARANTINED);
    else
        hearing_listen(hearing, work);
    arena_reset(&hearing->arena);
}

static void end_verify(void *state, struct work *work, struct id older, bool is_gone)
{
    struct hearing *hearing = state;

    if (is_gone) {
        work->older = older;
        choose_source(hearing, work);
        return;
    }
    idset_remove(&hearing->claimed, older);
    hearing_content(hearing, work); /* there may be another one */
}

/* Of several files with the content of one that is gone, the first is it. False: the work is a new item. */
static bool waits_for_older(struct hearing *hearing, struct work *work)
{
    const struct gone_item *gone;
    struct id older;

    switch (copies_find(&hearing->copies, work, &hearing->claimed, &gone)) {
    case COPIES_WAIT:
        return true;
    case COPIES_FOUND:
        break;
    case COPIES_NONE:
        return false;
    }
    older = gone->id;
    if (reunite_verify(hearing->errands, hearing->known, older, work, end_verify, hearing) != ERR_OK)
        return false;
    idset_add(&hearing->claimed, older);
    return true;
}

void hearing_content(struct hearing *hearing, struct work *work)
{
    if (work->created && id_is_zero(work->older) && waits_for_older(hearing, work))
        return;
    choose_source(hearing, work);
}

void hearing_content_again(void *hearing, struct work *work)
{
    hearing_content(hearing, work);
}
