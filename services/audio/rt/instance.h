/* instance.h: the state of one instance of the engine: its views of shared memory, its copy of score and survival
 * state, and the current period. Only files of the engine include it; others use engine.h. RT. */
#ifndef LOOPHOLE_AUDIO_RT_INSTANCE_H
#define LOOPHOLE_AUDIO_RT_INSTANCE_H

#include "services/audio/dsp/interpolate.h"
#include "services/audio/rt/half.h"
#include "services/audio/rt/period.h"

/* The period's notes for one consumer. */
struct notes_kept {
    uint32_t count;
    struct note note[NOTES_PERIOD];
};

/* The hits of one message that waited for a line: they sound together, and choke what sounded before. */
struct core_burst {
    int64_t frame;
    uint32_t held;
    uint64_t started; /* starts of sounds before the first of them */
};

struct core_stream {
    struct stream_memory *memory;
    struct ring ring;
    uint64_t written;    /* index at the start of the period */
    uint32_t generation; /* a consistent copy of the header */
    uint64_t begin, end;
    uint32_t due;
    bool is_whole; /* starts at the file's own first frame */
};

struct core_capture {
    struct capture_memory *memory;
    struct ring ring;
    uint32_t count; /* frames captured in this period */
    float frames[ENGINE_FRAMES][2];
};

/* One instance. Allocated by engine_open. */
struct engine {
    uint32_t instance;
    _Atomic uint32_t resigned;
    _Atomic uint32_t ends_notes;        /* not 0: engine_end_notes was called */
    _Atomic uint32_t quiet_periods;     /* since then without a note that sounds at midi_out */
    uint32_t control_wired;             /* connections of control_out in the last period */
    uint32_t frame_before, frame_after; /* of the server's clock: start and end of the last period */
    uint32_t epoch;                     /* of this instance's ownership; UINT32_MAX: never owned */
    bool has_taken;                     /* took ownership in this period */
    uint64_t word;                      /* as read at the start of the period; then as wanted at its end */
    uint32_t half_number;               /* the half that this period writes */
    uint64_t notes_most[CUES_RINGS], capture_most[CAPTURES]; /* end of the indices that this period may write */
    struct engine_memory *memory;
    struct snapshot score_view;
    struct slots state_view;
    struct ring cues[CUES_RINGS], notes[CUES_RINGS];
    struct core_stream stream[STREAMS];
    struct core_capture capture[CAPTURES];
    struct sounds_memory *sounds;

    /* The current period. */
    const struct score *score;    /* score and half are private to this process */
    const struct score_pad *pads; /* of the score, or its earlier ones: those that are hit at this frame */
    struct engine_half *half;
    struct score own_score;
    struct engine_half own_half;
    struct engine_period *period;
    uint32_t at;   /* frames done */
    uint32_t midi; /* messages done */
    int64_t now;   /* of the audio clock: half->frame + at */
    bool panic;    /* a panic occurred */
    struct notes_kept kept[CUES_RINGS];
    struct core_burst burst;
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

/* The number of cells, from index `from` on and before index `most`, that may be written to a ring. */
static inline uint32_t core_room(const struct ring *ring, uint64_t from, uint64_t most)
{
    uint64_t left = most > from ? most - from : 0;
    uint32_t space = ring_space(ring);

    return left < space ? (uint32_t)left : space;
}

static inline uint32_t core_frames(float seconds, uint32_t rate) /* `seconds` is limited to 0…60 */
{
    return number_frames(number_within(seconds, 0, 60), rate);
}

/* Ramps to 0 from the current gain, even during such a ramp. */
static inline void core_ramp_down(struct ramp *ramp, uint32_t frames)
{
    ramp_set(ramp, ramp_now(ramp));
    ramp_to(ramp, 0, frames);
}

/* The frames that a panic may take: the rest of this period, at most the 5 ms of a fade. */
static inline uint32_t core_panic_frames(const struct engine *engine)
{
    return core_least(fade_frames(engine->half->rate), engine->period->frames - engine->at);
}

#endif
