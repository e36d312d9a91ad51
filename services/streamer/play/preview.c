#include "services/streamer/play/preview.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/musical_key.h"
#include "services/streamer/play/tune.h"

static const float fade = 0.005f;

/* ---- parameters of the voice ---- */

static double gain_of(const struct preview *preview, const struct located *located)
{
    const struct streamer_preview *wish = &preview->wish;
    bool match = wish->has_match ? wish->match : preview->settings.match;
    double gain = preview->settings.volume * (wish->has_gain ? wish->gain : 1);
    double more = wish->whole ? 0 : located->treatment.gain_db;

    if (match && located->has_lufs)
        gain *= tune_loudness(located->lufs + more, (located->has_peak ? located->peak_db : 0) + more,
                              preview->settings.loudness);
    return fmin(gain, 8);
}

static uint32_t grid_of(const struct streamer_preview *wish)
{
    return voice_grid(wish->has_grid ? wish->grid.value : wish->in_context ? PREVIEW_GRID_BAR : PREVIEW_GRID_NOW);
}

/* A hit has no tempo. */
static double bpm_of(const struct preview *preview, const struct located *located)
{
    bool stretch = preview->wish.stretch || preview->wish.in_context;

    return stretch && !located->is_one_shot ? located->bpm : 0;
}

static void plan_part(const struct streamer_preview *wish, const struct treatment *treatment, struct voice_plan *plan)
{
    const struct voice_points points = { wish->has_from ? wish->from : -1, wish->has_until ? wish->until : -1,
                                         wish->has_loop_from ? wish->loop_from : -1,
                                         wish->has_loop_frames ? wish->loop_frames : -1 };

    plan->loop = wish->loop;
    voice_plan_part(plan, &points, wish->whole ? &(struct treatment){ 0 } : treatment);
}

static void make_plan(struct preview *preview, const struct located *located, struct voice_plan *plan)
{
    preview->gain = gain_of(preview, located);
    *plan = (struct voice_plan){ .path = located->path,
                                 .media = located->media,
                                 .instead_of = located->instead_of,
                                 .group = GROUP_PREVIEW,
                                 .at = CUE_NOW,
                                 .grid = grid_of(&preview->wish),
                                 .start_transport = preview->wish.start_transport,
                                 .gain = (float)preview->gain,
                                 .tempo = 1,
                                 .bpm = bpm_of(preview, located),
                                 .is_drums = located->is_drums,
                                 .semitones = preview->wanted[0] ? tune_shift(located->key, preview->wanted) : 0 };
    plan_part(&preview->wish, &located->treatment, plan);
}

/* ---- results ---- */

/* A preview in context that is not in the project's key reports it. */
static void add_remark(const struct preview *preview, struct arena *arena, struct preview_begun *begun)
{
    if (!preview->wish.in_context || !preview->wanted[0] || preview->waiting.key[0])
        return;
    begun->has_remark = true;
    begun->remark = arena_printf(arena, "its key is unknown: it is not shifted to %s", preview->wanted);
}

static struct preview_begun begun_of(const struct voice *voice, double gain)
{
    struct preview_begun begun = { .at = voice->begins == CUE_NOW ? 0 : voice->begins,
                                   .tempo_ratio = voice->plan.tempo,
                                   .semitones = voice->plan.semitones,
                                   .gain = gain };

    voice_describe(voice, &begun.voice);
    return begun;
}

static void prepare_begun(void *state, struct voice *voice, uint64_t effects)
{
    struct preview *preview = state;
    struct preview_begun begun = begun_of(voice, preview->gain);
    struct arena arena = { 0 };

    add_remark(preview, &arena, &begun);
    begun.voice.state = (struct choice){ .value = STREAM_STATE_PLAYING };
    ticket_prepare(preview->service, preview->ticket, &begun, effects);
    arena_free(&arena);
}

static void answer_begun(void *state, struct voice *voice)
{
    struct preview *preview = state;
    struct preview_begun begun = begun_of(voice, preview->gain);
    struct arena arena = { 0 };

    add_remark(preview, &arena, &begun);
    ticket_answer(preview->service, preview->ticket, &begun);
    arena_free(&arena);
}

bool preview_is_begun(struct preview *preview, const struct call *call, struct preview_begun *answer)
{
    const struct voice *voice = recall_was_begun(call) ? voices_find(preview->voices, call_request(call)) : NULL;

    if (!voice)
        return false;
    *answer = begun_of(voice, (double)voice->plan.gain);
    return true;
}

static void publish_failure(struct preview *preview, const char *path, const struct fault *fault)
{
    struct streamer_preview_failed event = { .path = bytes_of(path, strlen(path)), .why = text_of(fault->what) };

    service_publish(preview->service, "preview_failed", &event);
}

void preview_fail(struct preview *preview, const char *path, const struct fault *fault)
{
    publish_failure(preview, path, fault);
    ticket_fail(preview->service, preview->ticket, fault);
}

static void refuse_preview(void *state, struct voice *voice, const struct fault *fault)
{
    struct preview *preview = state;

    preview->voice = NULL;
    if (fault->code == ERR_CONFLICT) /* a person stopped it */
        ticket_fail(preview->service, preview->ticket, fault);
    else
        preview_fail(preview, voice_piece(voice)->path, fault);
}

void preview_ended(struct preview *preview, const struct voice *voice)
{
    if (preview->voice == voice)
        preview->voice = NULL;
}

static void stop_waiting(struct preview *preview)
{
    struct fault fault = { 0 };

    if (!preview->waits)
        return;
    preview->waits = false;
    fault_set(&fault, ERR_CONFLICT, "it was stopped before it began");
    ticket_fail(preview->service, preview->ticket, &fault);
}

/* Stops a predecessor's preview too. */
void preview_stop(struct preview *preview)
{
    preview->voice = NULL;
    stop_waiting(preview);
    for (uint32_t i = 0; i < STREAMS; i++)
        if (preview->voices->each[i].plan.group == GROUP_PREVIEW)
            voice_stop(&preview->voices->each[i], fade);
}

/* ---- asks ---- */

/* The item that was previewed last, also by a streamer that died since. */
static struct id last_of(const struct preview *preview)
{
    struct id id;

    memcpy(id.b, preview->voices->handover->previewed, sizeof(id.b));
    return id;
}

static void set_last(struct preview *preview, struct id id)
{
    memcpy(preview->voices->handover->previewed, id.b, sizeof(id.b));
}

static void choose_key(struct preview *preview)
{
    memcpy(preview->wanted, preview->key, sizeof(preview->wanted));
    if (preview->wish.in_context && !preview->key[0])
        locate_project_key(preview->locator, preview->wanted);
}

enum err preview_play(struct preview *preview, struct fault *fault)
{
    struct voice_plan plan;
    struct voice *voice;

    make_plan(preview, &preview->waiting, &plan);
    plan.request = preview->request;
    enum err e = voice_play(preview->voices, &plan, &voice, fault);
    if (e != ERR_OK)
        return e;
    voice->prepare = prepare_begun;
    voice->started = answer_begun;
    voice->failed = refuse_preview;
    voice->state = preview;
    preview->voice = voice;
    return ERR_OK;
}

/* Starts at once if no chain is wanted or set; else after the chain was changed. */
static enum err begin_preview(struct preview *preview, struct call *call, const struct located *located)
{
    bool is_led = preview->chain[0] || preview->is_chained;
    enum err e;

    preview_stop(preview);
    choose_key(preview);
    preview->waiting = *located;
    set_last(preview, id_is_zero(located->instead_of) ? located->media : located->instead_of);
    preview->request = call_request(call);
    e = is_led ? ERR_OK : preview_play(preview, call_fault(call));
    if (e != ERR_OK)
        return e;
    preview->ticket = call_defer(call);
    if (is_led)
        preview_chain_set(preview);
    return ERR_OK;
}

static enum err note_wish(struct preview *preview, const struct streamer_preview *ask, struct fault *fault)
{
    char key[sizeof(preview->key)];
    struct voice_plan part = { 0 };
    int read;

    if (!text_copy(key, sizeof(key), ask->key) || (key[0] && !musical_key_read(ask->key, &read))) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not a key: expected a note and a mode, as in Am or Fmaj",
                  TEXT_ARG(ask->key));
        return fault_field(fault, "key");
    }
    plan_part(ask, &(struct treatment){ 0 }, &part);
    if (voice_check_part(&part, fault) != ERR_OK)
        return ERR_BAD_REQUEST;
    preview->wish = *ask;
    memcpy(preview->key, key, sizeof(key));
    (void)text_copy(preview->chain, sizeof(preview->chain), ask->chain);
    return ERR_OK;
}

enum err preview_begin(struct preview *preview, struct call *call, const struct streamer_preview *ask)
{
    struct fault *fault = call_fault(call);
    struct located located;
    enum err e = note_wish(preview, ask, fault);

    if (e == ERR_OK && ask->has_id)
        set_last(preview, ask->id);
    if (e == ERR_OK)
        e = locate_find(preview->locator, ask->has_id, ask->id, ask->path, &located, fault);
    if (e == ERR_OK)
        return begin_preview(preview, call, &located);
    if (e != ERR_BAD_REQUEST)
        publish_failure(preview, located.path, fault);
    return e;
}

static enum err find_among(const struct id_list *among, struct id last, struct id *next, struct fault *fault)
{
    uint32_t at = 0;

    while (at < among->count && !id_equal(among->at[at], last))
        at++;
    if (at + 1 == among->count)
        return fault_set(fault, ERR_NOT_FOUND, "the last of %u item%s was previewed: search again, or preview a file",
                         among->count, text_plural(among->count));
    *next = among->at[at < among->count ? at + 1 : 0];
    return ERR_OK;
}

/* An item that cannot be played counts as previewed: the next ask continues after it. */
enum err preview_next(struct preview *preview, struct call *call, const struct streamer_preview_next *ask)
{
    struct fault *fault = call_fault(call);
    struct located located;
    struct id next;
    enum err e = ask->among.count ? find_among(&ask->among, last_of(preview), &next, fault)
                                  : locate_next(preview->locator, last_of(preview), &next, fault);

    if (e != ERR_OK)
        return e;
    set_last(preview, next);
    e = locate_find(preview->locator, true, next, (struct bytes){ 0 }, &located, fault);
    if (e != ERR_OK)
        return e;
    preview->wish.start_transport = false;
    preview->wish.has_from = preview->wish.has_until = false; /* of that item, like the next two */
    preview->wish.has_loop_from = preview->wish.has_loop_frames = false;
    return begin_preview(preview, call, &located);
}
