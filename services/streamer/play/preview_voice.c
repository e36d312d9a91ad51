#include "services/streamer/play/preview_voice.h"

#include <math.h>
#include <string.h>

#include "services/streamer/play/tune.h"
#include "services/streamer/play/voice.h"
#include "services/streamer/play/voice_cues.h"
#include "services/streamer/play/voice_place.h"
#include "services/streamer/play/voice_plan.h"

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

void preview_plan_part(const struct streamer_preview *wish, const struct treatment *treatment, struct voice_plan *plan)
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
    preview_plan_part(&preview->wish, &located->treatment, plan);
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

struct preview_begun preview_begun_of(const struct voice *voice, double gain)
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
    struct preview_begun begun = preview_begun_of(voice, preview->gain);
    struct arena arena = { 0 };

    add_remark(preview, &arena, &begun);
    begun.voice.state = (struct choice){ .value = STREAM_STATE_PLAYING };
    ticket_prepare(preview->service, preview->ticket, &begun, effects);
    arena_free(&arena);
}

static void answer_begun(void *state, struct voice *voice)
{
    struct preview *preview = state;
    struct preview_begun begun = preview_begun_of(voice, preview->gain);
    struct arena arena = { 0 };

    add_remark(preview, &arena, &begun);
    ticket_answer(preview->service, preview->ticket, &begun);
    arena_free(&arena);
}

void preview_publish_failure(struct preview *preview, const char *path, const struct fault *fault)
{
    struct streamer_preview_failed event = { .path = bytes_of(path, strlen(path)), .why = text_of(fault->what) };

    service_publish(preview->service, "preview_failed", &event);
}

void preview_fail(struct preview *preview, const char *path, const struct fault *fault)
{
    preview_publish_failure(preview, path, fault);
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

/* ---- start and end ---- */

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
