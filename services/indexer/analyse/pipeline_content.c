#include "services/indexer/analyse/pipeline_content.h"

#include "common/process/closing.h"
#include "services/indexer/analyse/pipeline_report.h"

enum { VERDICTS_MAX = 64 }; /* items of one content whose verdict is read */

/* An item whose file was only touched is waiting again, but the facts of its content are still true. */
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

/* Searches only the first items of the content. If there are many copies, nearly every one fits. */
static bool find_alike(struct pipeline *pipeline, const struct analysis *analysis, bool (*is)(const struct media *),
                       struct media *found)
{
    struct wanted wanted = { is, pool_analyser(pipeline->pool) };

    return catalogue_reader_find_alike(pipeline->catalogue, &pipeline->arena,
                                       bytes_of(analysis->content.b, sizeof(analysis->content.b)), VERDICTS_MAX,
                                       fits_wanted, &wanted, found) == ERR_OK;
}

/* Only decoding shows that a file is truncated. A file of the same content and size as a decoded one is truncated in
 * the same way. */
static struct fact_list own_facts(struct pipeline *pipeline, const struct analysis *analysis, const struct media *alike)
{
    struct fact_list facts = { 0, arena_array(&pipeline->arena, analysis->facts.count + 1, sizeof(*facts.at)) };

    for (uint32_t i = 0; i < analysis->facts.count; i++)
        facts.at[facts.count++] = analysis->facts.at[i];
    if (alike->size == analysis->size &&
        catalogue_reader_statement(pipeline->catalogue, &pipeline->arena, alike->id, TEXT("truncated"),
                                   &facts.at[facts.count]) == ERR_OK)
        facts.count++;
    return facts;
}

/* Reports the file as done. The catalogue has the facts of the content already; the hashing found those of the file. */
static void answer_as_known(struct pipeline *pipeline, struct analysis *analysis, const struct media *alike,
                            enum analysis_state state)
{
    struct analysed found = {
        .state = { .value = (int32_t)state },
        .failure = alike->failure,
        .content = bytes_of(analysis->content.b, sizeof(analysis->content.b)),
        .container = alike->container,
        .sample_format = alike->sample_format,
        .bit_depth = alike->bit_depth,
        .sample_rate = alike->sample_rate,
        .channels = alike->channels,
        .frames = alike->frames,
        .analyser = alike->analyser,
        .facts = own_facts(pipeline, analysis, alike),
        .has_form = analysis->form.len > 0,
        .form = analysis->form,
    };

    pipeline_report(pipeline, analysis, &found);
}

void pipeline_analyse(struct pipeline *pipeline, struct analysis *analysis)
{
    if (!id_table_add(&pipeline->contents, analysis->content)) {
        closing_start(analysis->fd);
        analysis->fd = -1;
        id_table_add(&pipeline->awaited, analysis->content);
        analysis_push(&pipeline->same_content, analysis);
        return;
    }
    analysis->mode = WORKER_MODE_ANALYSE;
    pool_again(pipeline->pool, analysis);
}

static void choose_source(struct pipeline *pipeline, struct analysis *analysis)
{
    struct media alike;

    if (find_alike(pipeline, analysis, is_analysed, &alike))
        answer_as_known(pipeline, analysis, &alike, ANALYSIS_STATE_DONE);
    else if (!analysis->retry && find_alike(pipeline, analysis, is_quarantined, &alike))
        answer_as_known(pipeline, analysis, &alike, ANALYSIS_STATE_QUARANTINED);
    else
        pipeline_analyse(pipeline, analysis);
    arena_reset(&pipeline->arena);
}

static void end_verify(void *state, struct analysis *analysis, struct id older, bool is_gone)
{
    struct pipeline *pipeline = state;

    if (is_gone) {
        analysis->older = older;
        choose_source(pipeline, analysis);
        return;
    }
    id_table_remove(&pipeline->claimed, older);
    pipeline_content(pipeline, analysis); /* another one may fit */
}

/* The first of several files with the content of a gone item becomes that item. False: the analysis is a new item. */
static bool waits_for_older(struct pipeline *pipeline, struct analysis *analysis)
{
    const struct gone_item *gone;
    struct id older;

    switch (copies_find(&pipeline->copies, analysis, &pipeline->claimed, &gone)) {
    case COPIES_WAIT:
        return true;
    case COPIES_FOUND:
        break;
    case COPIES_NONE:
        return false;
    }
    older = gone->id;
    if (reunite_verify(pipeline->errands, pipeline->catalogue, older, analysis, end_verify, pipeline) != ERR_OK)
        return false;
    id_table_add(&pipeline->claimed, older);
    return true;
}

static bool any_is_known(struct pipeline *pipeline, struct id content)
{
    struct media_list one = { 0 };
    struct id first = { { 0 } };
    bool any = catalogue_reader_with_content(pipeline->catalogue, &pipeline->arena,
                                             bytes_of(content.b, sizeof(content.b)), first, 1, &one) == ERR_OK &&
               one.count > 0;

    arena_reset(&pipeline->arena);
    return any;
}

void pipeline_content(struct pipeline *pipeline, struct analysis *analysis)
{
    if (!any_is_known(pipeline, analysis->content)) {
        pipeline_analyse(pipeline, analysis);
        return;
    }
    if (analysis->created && id_is_zero(analysis->older) && waits_for_older(pipeline, analysis))
        return;
    choose_source(pipeline, analysis);
}

void pipeline_content_again(void *pipeline, struct analysis *analysis)
{
    pipeline_content(pipeline, analysis);
}
