#include <unistd.h>

#include "common/log.h"
#include "services/indexer/hearing_parts.h"

enum { ALIKE_MAX = 4096 }; /* items of one content */

/* An item whose file was only touched waits again, but what is known of its content is as true as before. */
static bool is_analysed(const struct media *media)
{
    return media->analysis.value == ANALYSIS_STATE_DONE ||
           (media->analysis.value == ANALYSIS_STATE_WAITING && media->sample_rate > 0 &&
            media->failure.len == 0);
}

static bool is_quarantined(const struct media *media)
{
    return media->analysis.value == ANALYSIS_STATE_QUARANTINED;
}

static const struct media *find(const struct media_list *alike, bool (*is)(const struct media *),
                                uint64_t analyser)
{
    for (uint32_t i = 0; i < alike->count; i++)
        if (is(&alike->at[i]) && alike->at[i].analyser >= analyser)
            return &alike->at[i];
    return NULL;
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
    if (twin->size == work->size && known_statement(hearing->known, &hearing->arena, twin->id, TEXT("truncated"),
                                                    &facts.at[facts.count]) == ERR_OK)
        facts.count++;
    return facts;
}

/* The facts of a content are there under it; what is this file's own came with the hash. */
static void tell_known(struct hearing *hearing, struct work *work, const struct media *twin,
                       enum analysis_state state)
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
        work_push(&hearing->twins, work);
        return;
    }
    work->mode = WORKER_MODE_ANALYSE;
    pool_again(hearing->pool, work);
}

static void choose(struct hearing *hearing, struct work *work, const struct media_list *alike)
{
    uint64_t analyser = pool_analyser(hearing->pool);
    const struct media *done = find(alike, is_analysed, analyser);
    const struct media *bad = work->retry ? NULL : find(alike, is_quarantined, analyser);

    if (done)
        tell_known(hearing, work, done, ANALYSIS_STATE_DONE);
    else if (bad)
        tell_known(hearing, work, bad, ANALYSIS_STATE_QUARANTINED);
    else
        hearing_listen(hearing, work);
}

static void load_alike(struct hearing *hearing, const struct work *work, struct media_list *alike)
{
    struct bytes content = bytes_of(work->content.b, sizeof(work->content.b));

    *alike = (struct media_list){ 0 };
    if (known_with_content(hearing->known, &hearing->arena, content, ALIKE_MAX, alike) != ERR_OK)
        log_warn("cannot look up the content of %s", work->path);
}

/* Of several files with the content of one that is gone, the first is it. */
static bool unclaimed(struct hearing *hearing, const struct media_list *alike, struct media_list *to)
{
    *to = (struct media_list){ 0, arena_array(&hearing->arena, alike->count, sizeof(*to->at)) };
    for (uint32_t i = 0; to->at && i < alike->count; i++)
        if (!idset_has(&hearing->claimed, alike->at[i].id))
            to->at[to->count++] = alike->at[i];
    return to->count > 0;
}

static void looked(void *state, struct work *work, struct id older)
{
    struct hearing *hearing = state;
    struct media_list alike;

    if (idset_has(&hearing->claimed, older)) { /* meanwhile: there may be another one */
        hearing_content(hearing, work);
        return;
    }
    idset_add(&hearing->claimed, older);
    work->older = older;
    load_alike(hearing, work, &alike);
    choose(hearing, work, &alike);
    arena_reset(&hearing->arena);
}

void hearing_content(struct hearing *hearing, struct work *work)
{
    struct reunite_listener listener = { looked, hearing };
    struct media_list alike, older;

    load_alike(hearing, work, &alike);
    bool looks = work->created && id_is_zero(work->older) && unclaimed(hearing, &alike, &older) &&
                 reunite_start(hearing->errands, hearing->known, work, &older, &listener);
    if (!looks)
        choose(hearing, work, &alike);
    arena_reset(&hearing->arena);
}
