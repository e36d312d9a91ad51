/* instance.h: what one instance of the engine sees: its views of shared memory, its copy of score and survival state,
 * and the period that it sounds. Files of the engine include it; others see engine.h. RT. */
#ifndef LOOPHOLE_AUDIO_RT_INSTANCE_H
#define LOOPHOLE_AUDIO_RT_INSTANCE_H

#include "services/audio/dsp/interpolate.h"
#include "services/audio/rt/block.h"
#include "services/audio/rt/half.h"
#include "services/audio/rt/period.h"

/* Notes of the period for one consumer. */
struct notes_kept {
    uint32_t count;
    struct note note[NOTES_PERIOD];
};

struct core_stream {
    struct stream_memory *memory;
    struct ring ring;
    uint64_t written;    /* as it was at the beginning of the period */
    uint32_t generation; /* the header, as one */
    uint64_t begin, end;
    bool is_whole; /* it begins at the file's own first frame */
};

struct core_capture {
    struct capture_memory *memory;
    struct ring ring;
    uint32_t count; /* frames taken in this period */
    float frames[ENGINE_FRAMES][2];
};

/* An instance's own view. Allocated by engine_open. */
struct engine {
    uint32_t instance;
    _Atomic uint32_t resigned;
    uint32_t frame_before, frame_after; /* of the server's clock: where the last period began and ended */
    uint32_t epoch;                     /* of this instance's ownership; UINT32_MAX: never had it */
    bool has_taken;                     /* ownership, with this period */
    uint64_t word;                      /* as it was when this period began, and as it should be at its end */
    uint32_t half_number;               /* that this period writes */
    uint64_t notes_most[ORDERS_RINGS], capture_most[CAPTURES]; /* indices that this period may write up to */
    struct engine_memory *memory;
    struct snapshot score_view;
    struct slots state_view;
    struct ring orders[ORDERS_RINGS], notes[ORDERS_RINGS];
    struct core_stream stream[STREAMS];
    struct core_capture capture[CAPTURES];
    struct sounds_memory *sounds;

    /* The period that is sounded. */
    const struct score *score; /* score and half are of this process alone */
    struct engine_half *half;
    struct score own_score;
    struct engine_half own_half;
    struct engine_period *period;
    uint32_t at;   /* frames of it that are done */
    uint32_t midi; /* messages of it that are done */
    int64_t now;   /* of the audio clock: half->frame + at */
    bool panic;    /* there was one in it */
    struct notes_kept kept[ORDERS_RINGS];
    struct core_block block;
    struct state state;
    _Alignas(16) float table[INTERPOLATE_TABLE];
};

static inline uint32_t core_least(uint32_t a, uint32_t b)
{
    return number_least(a, b);
}

static inline uint32_t core_most(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Cells that may be written to a ring from index `from` on, before index `most`. */
static inline uint32_t core_room(const struct ring *ring, uint64_t from, uint64_t most)
{
    uint64_t left = most > from ? most - from : 0;
    uint32_t space = ring_space(ring);

    return left < space ? (uint32_t)left : space;
}

static inline uint32_t core_frames(float seconds, uint32_t rate) /* 0…60 s */
{
    return number_frames(number_within(seconds, 0, 60), rate);
}

/* To 0 from where it is, also if it is on its way there already. */
static inline void core_ramp_down(struct ramp *ramp, uint32_t frames)
{
    ramp_set(ramp, ramp_now(ramp));
    ramp_to(ramp, 0, frames);
}

/* For the frames that are left of this period, at most the 5 ms of a fade: what a panic may take. */
static inline uint32_t core_panic_frames(const struct engine *engine)
{
    return core_least(fade_frames(engine->half->rate), engine->period->frames - engine->at);
}

#endif
