#include "services/audio/rt/cues_queue.h"

#include <string.h>

#include "services/audio/rt/instance.h"
#include "services/audio/rt/notes.h"

void cues_answer(struct engine *engine, const struct cue *cue, uint32_t producer, bool done)
{
    notes_send(engine, producer,
               (struct note){ .kind = done ? NOTE_CUE_DONE : NOTE_CUE_REFUSED,
                              .producer = producer,
                              .voice = cue->voice,
                              .generation = cue->generation,
                              .sound = cue->sound,
                              .tag = cue->tag,
                              .value = (float)cue->verb });
}

/* ---- dropping cues ---- */

typedef bool (*chooser)(const struct cues_waiting *waiting, uint32_t a, uint32_t b);

static void forget_cues(struct engine *engine, chooser chosen, uint32_t a, uint32_t b)
{
    struct cues *cues = &engine->half->cues;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < cues->count; i++) {
        if (chosen(&cues->waiting[i], a, b)) {
            cues_answer(engine, &cues->waiting[i].cue, cues->waiting[i].producer, false);
            continue;
        }
        if (kept < i)
            cues->waiting[kept] = cues->waiting[i];
        kept++;
    }
    cues->count = kept;
}

static bool is_start(const struct cues_waiting *waiting, uint32_t unused_a, uint32_t unused_b)
{
    uint32_t verb = waiting->cue.verb;

    (void)unused_a, (void)unused_b;
    return verb == CUE_STREAM_START || verb == CUE_SOUND_START || verb == CUE_PAD_HIT || verb == CUE_TRANSPORT_START;
}

static bool starts_stream(const struct cues_waiting *waiting, uint32_t voice, uint32_t generation)
{
    return waiting->cue.verb == CUE_STREAM_START && waiting->cue.voice == voice &&
           waiting->cue.generation == generation;
}

static bool starts_sound(const struct cues_waiting *waiting, uint32_t producer, uint32_t tag)
{
    return (waiting->cue.verb == CUE_SOUND_START || waiting->cue.verb == CUE_SOUND_SHAPE) &&
           waiting->producer == producer && waiting->cue.tag == tag;
}

void cues_forget_stream(struct engine *engine, uint32_t voice, uint32_t generation)
{
    forget_cues(engine, starts_stream, voice, generation);
}

bool cues_aim_stream(struct engine *engine, const struct cue *gain)
{
    struct cues *cues = &engine->half->cues;
    bool found = false;

    for (uint32_t i = 0; i < cues->count; i++) {
        if (!starts_stream(&cues->waiting[i], gain->voice, gain->generation))
            continue;
        cues->waiting[i].cue.value = gain->value;
        cues->waiting[i].cue.pan = gain->pan;
        found = true;
    }
    return found;
}

bool cues_aim_sounds(struct engine *engine, const struct cue *change, uint32_t producer)
{
    struct cues *cues = &engine->half->cues;
    bool found = false;

    for (uint32_t i = 0; i < cues->count; i++) {
        struct cue *start = &cues->waiting[i].cue;
        if (start->verb != CUE_SOUND_START || !starts_sound(&cues->waiting[i], producer, change->tag))
            continue;
        start->value = change->flags & CUE_KEEP_GAIN ? start->value : change->value;
        start->pan = change->flags & CUE_KEEP_PAN ? start->pan : change->pan;
        start->ratio = change->flags & CUE_KEEP_RATIO ? start->ratio : change->ratio;
        found = true;
    }
    return found;
}

void cues_forget_sounds(struct engine *engine, uint32_t producer, uint32_t tag)
{
    forget_cues(engine, starts_sound, producer, tag);
}

void cues_forget_starts(struct engine *engine)
{
    forget_cues(engine, is_start, 0, 0);
}

/* ---- waiting; the earliest is last ---- */

/* Inserts before the first cue that is due at the same time or earlier. */
static void insert_cue(struct cues *cues, const struct cue *cue, uint32_t producer)
{
    struct cues_waiting *waiting = cues->waiting;
    uint32_t low = 0, high = cues->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (waiting[middle].cue.frame <= cue->frame)
            high = middle;
        else
            low = middle + 1;
    }
    memmove(&waiting[low + 1], &waiting[low], (cues->count - low) * sizeof(*waiting));
    waiting[low] = (struct cues_waiting){ .cue = *cue, .producer = producer };
    cues->count++;
}

bool cues_wait(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct cues *cues = &engine->half->cues;

    if (cues->count >= CUES_WAITING)
        return false;
    insert_cue(cues, cue, producer);
    return true;
}

int64_t cues_next(const struct engine *engine)
{
    const struct cues *cues = &engine->half->cues;

    return cues->count ? cues->waiting[cues->count - 1].cue.frame : INT64_MAX;
}

/* ---- hits that wait for a line ---- */

static bool waits_on_line(const struct cue *cue, uint32_t pad, uint32_t bits)
{
    return cue->verb == CUE_PAD_HIT && cue->flags & CUE_ON_LINE && (bits ? cue->sound == bits : cue->voice == pad);
}

bool cues_release_on_line(struct engine *engine, uint32_t pad, uint32_t bits)
{
    const struct cues *cues = &engine->half->cues;
    struct cue releases[SCORE_PADS];
    uint32_t found = 0;

    for (uint32_t i = 0; i < cues->count && found < SCORE_PADS; i++) {
        const struct cue *hit = &cues->waiting[i].cue;
        if (waits_on_line(hit, pad, bits))
            releases[found++] = (struct cue){ .frame = hit->frame + (int64_t)((uint32_t)engine->now - hit->from),
                                              .verb = CUE_PAD_RELEASE,
                                              .voice = hit->voice,
                                              .flags = CUE_ON_LINE };
    }
    for (uint32_t i = 0; i < found; i++)
        (void)cues_wait(engine, &releases[i], CUES_CONTROL);
    return found > 0;
}
