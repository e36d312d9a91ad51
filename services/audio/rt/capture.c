#include "services/audio/rt/capture.h"

#include <string.h>

#include "services/audio/rt/instance.h"
#include "services/audio/rt/notes.h"

static const float CAPTURE_BOTH = 0.1f; /* seconds */
_Static_assert((int)CAPTURE_MASTER == (int)CAPTURE_GROUP + (int)GROUPS, "each group is a source");

static void report_capture(struct engine *engine, uint32_t number, enum note_kind kind, int64_t index)
{
    const struct capture *capture = &engine->half->capture[number];

    notes_send_all(engine,
                   (struct note){
                       .kind = kind, .voice = number, .generation = capture->header.generation, .index = index });
}

/* The index of the next frame. */
static uint64_t next_of(const struct engine *engine, uint32_t number)
{
    return engine->half->capture[number].from + engine->capture[number].count;
}

static void stop_capture(struct engine *engine, uint32_t number)
{
    struct capture *capture = &engine->half->capture[number];
    struct capture_header *header = &capture->header;

    capture->running = 0;
    header->end = next_of(engine, number);
    report_capture(engine, number, NOTE_CAPTURE_STOPPED, (int64_t)(header->end - header->begin));
}

/* Copies the gaps after the cell `begin`. False: the header has forgotten some of them. */
static bool keep_gaps(const struct capture_header *old, uint64_t begin, struct capture_header *to)
{
    uint64_t named = old->gaps < CAPTURE_GAPS ? old->gaps : CAPTURE_GAPS, before = 0;

    for (uint64_t n = old->gaps - named; n < old->gaps; n++) {
        const struct capture_gap *gap = &old->gap[n % CAPTURE_GAPS];
        if (gap->at <= begin)
            before = gap->total;
        else if (n > 0 && n == old->gaps - named)
            return false;
        else
            to->gap[to->gaps++] = (struct capture_gap){ .at = gap->at, .total = gap->total - before };
    }
    to->lost = old->lost - before;
    return true;
}

/* Starts a capture at a past cell of the running capture, and ends the running one. */
static bool start_kept(struct engine *engine, const struct cue *cue)
{
    struct capture *capture = &engine->half->capture[cue->voice];
    uint64_t begin = (uint64_t)cue->until << 32 | cue->from, next = next_of(engine, cue->voice);
    struct capture_header header = { .generation = cue->generation,
                                     .rate = engine->half->rate,
                                     .begin = begin,
                                     .end = UINT64_MAX,
                                     .source = capture->header.source };

    if (!capture->running || begin < capture->header.begin || begin > next ||
        begin < ring_taken(&engine->capture[cue->voice].ring) || capture->header.rate != header.rate ||
        !keep_gaps(&capture->header, begin, &header))
        return false;
    header.first = (int64_t)((uint64_t)engine->now - (next - begin) - header.lost);
    capture->header = header;
    report_capture(engine, cue->voice, NOTE_CAPTURE_STARTED, header.first);
    return true;
}

bool capture_cue_start(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct capture *capture;

    (void)producer;
    if (cue->voice >= CAPTURES || cue->generation == 0 || cue->group >= CAPTURE_SOURCES)
        return false;
    capture = &engine->half->capture[cue->voice];
    if (capture->running && capture->header.generation == cue->generation)
        return true;
    if (cue->flags & CUE_KEPT)
        return start_kept(engine, cue);
    if (capture->running)
        stop_capture(engine, cue->voice);
    capture->running = 1;
    if (cue->voice == CAPTURE_TAKE)
        engine->half->awaited = 0;
    capture->header = (struct capture_header){ .generation = cue->generation,
                                               .rate = engine->half->rate,
                                               .first = engine->now,
                                               .begin = next_of(engine, cue->voice),
                                               .end = UINT64_MAX,
                                               .source = cue->group };
    report_capture(engine, cue->voice, NOTE_CAPTURE_STARTED, capture->header.first);
    return true;
}

bool capture_cue_stop(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    const struct capture *capture;

    (void)producer;
    if (cue->voice >= CAPTURES)
        return false;
    capture = &engine->half->capture[cue->voice];
    if (!capture->running || capture->header.generation != cue->generation)
        return false;
    stop_capture(engine, cue->voice);
    return true;
}

/* A gap lasts until a captured frame follows it. */
static void note_gap(struct capture_header *header, uint64_t at)
{
    struct capture_gap *last = &header->gap[(header->gaps - 1) % CAPTURE_GAPS];

    if (header->gaps == 0 || last->at != at)
        last = &header->gap[header->gaps++ % CAPTURE_GAPS];
    *last = (struct capture_gap){ .at = at, .total = header->lost };
}

static void lose_frames(struct engine *engine, uint32_t number, uint64_t frames)
{
    struct capture_header *header = &engine->half->capture[number].header;

    if (frames == 0)
        return;
    header->lost += frames;
    note_gap(header, next_of(engine, number));
    report_capture(engine, number, NOTE_CAPTURE_LOST, (int64_t)frames);
}

void capture_gap(struct engine *engine, uint64_t frames)
{
    for (uint32_t i = 0; i < CAPTURES; i++)
        if (engine->half->capture[i].running)
            lose_frames(engine, i, frames);
}

/* A new client captures nothing until its inputs are connected as before. If only one of two is connected, the wait
 * is as long as a program may need to register both ports. The second may never come. */
static void end_deafness(struct engine_half *half, const struct engine_period *period)
{
    half->partly = period->wired ? core_least(half->partly, period->rate) + period->frames : 0;
    if ((half->awaited & ~period->wired) == 0 || half->partly > core_frames(CAPTURE_BOTH, period->rate))
        half->awaited = 0;
}

void capture_period(struct engine *engine)
{
    struct engine_half *half = engine->half;
    const struct engine_period *period = engine->period;

    if (period->client != half->client) {
        half->awaited = half->capture[CAPTURE_TAKE].running ? half->wired : 0;
        half->partly = 0;
    }
    half->client = period->client;
    end_deafness(half, period);
    if (half->awaited == 0)
        half->wired = period->wired;
}

static bool is_deaf(const struct engine *engine, uint32_t number)
{
    return number == CAPTURE_TAKE && engine->half->awaited != 0 &&
           engine->half->capture[number].header.source == CAPTURE_INPUTS;
}

/* The frames of the current block. NULL: silence. */
static const float *side_of(const struct engine *engine, uint32_t number, int side)
{
    uint64_t source = engine->half->capture[number].header.source;
    const float *input = number == CAPTURE_TAKE ? engine->period->capture[side] : engine->period->listen;

    if (source == CAPTURE_MASTER)
        return engine->block.main[side];
    if (source >= CAPTURE_GROUP && source < CAPTURE_MASTER)
        return engine->block.group[source - CAPTURE_GROUP][side];
    return input ? input + engine->at : NULL;
}

static void copy_side(const float *from, float (*to)[2], int side, uint32_t frames)
{
    for (uint32_t f = 0; f < frames; f++)
        to[f][side] = from ? number_sane(from[f]) : 0;
}

void capture_take(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < CAPTURES; i++) {
        struct core_capture *to = &engine->capture[i];
        uint32_t room =
            core_least(core_room(&to->ring, engine->half->capture[i].from, engine->capture_most[i]), ENGINE_FRAMES);
        uint32_t n = is_deaf(engine, i) ? 0 : core_least(frames, room - core_least(to->count, room));
        if (!engine->half->capture[i].running)
            continue;
        for (int side = 0; side < 2; side++) {
            copy_side(side_of(engine, i, side), to->frames + to->count, side, n);
        }
        to->count += n;
        lose_frames(engine, i, frames - n);
    }
}

void capture_begin(struct engine *engine)
{
    for (uint32_t i = 0; i < CAPTURES; i++) {
        engine->capture[i].count = 0;
        engine->half->capture[i].from = ring_written(&engine->capture[i].ring);
        engine->half->capture[i].count = 0;
    }
}

void capture_stage(struct engine *engine, struct core_stage *stage)
{
    for (uint32_t i = 0; i < CAPTURES; i++) {
        const struct core_capture *from = &engine->capture[i];
        memcpy(stage->frames[i], from->frames, from->count * sizeof(*from->frames));
        engine->half->capture[i].count = from->count;
    }
}

void capture_copy_in(struct engine *engine, const struct core_stage *stage)
{
    for (uint32_t i = 0; i < CAPTURES; i++) {
        struct capture *capture = &engine->half->capture[i];
        capture->count = core_least(capture->count, ENGINE_FRAMES);
        memcpy(engine->capture[i].frames, stage->frames[i], capture->count * sizeof(stage->frames[i][0]));
    }
}

/* Publishes the header first, so that a reader that sees the take's first cells knows its name. */
void capture_show(struct engine *engine)
{
    for (uint32_t i = 0; i < CAPTURES; i++) {
        const struct capture *capture = &engine->half->capture[i];
        struct core_capture *to = &engine->capture[i];
        if (engine->half->periods > 0)
            capture_header_put(to->memory, engine->instance, engine->half->periods, &capture->header);
        (void)ring_append(&to->ring, capture->from, to->frames, capture->count);
    }
}
