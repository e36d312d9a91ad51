/* core.h: what the files of the engine share; no other file includes it. RT.
 *
 * The memory `engine` (studio.h) holds one word, four halves and the delay lines:
 *
 *   word   instance + 1 (2 bits) | epoch of the ownership (24) | flips (36) | half that counts (2)
 *
 * A period works on a private copy of the half that counts: nothing that happens to shared memory meanwhile reaches it.
 * At its end an instance writes one of its own two halves, so that one that was paused and is resumed later writes
 * where no other reads, and exchanges the word that it saw at the beginning: if anything happened meanwhile, that
 * fails, and the period never was. Taking over is the same exchange, with another instance and the next epoch.
 *
 * Notes and captured frames are staged beside the half and published after the exchange, by the owner or by its
 * successor, at the absolute indices that the half names. An instance that is resumed within its publication finds
 * every index moved on; what it may still be copying then are the cells that it named in `showing`, and its successor
 * leaves these alone until it has ended. tests/rt/owner.pml is the model of all this. */
#ifndef LOOPHOLE_AUDIO_RT_CORE_H
#define LOOPHOLE_AUDIO_RT_CORE_H

#include "services/audio/dsp/peaks.h"
#include "services/audio/rt/capture.h"
#include "services/audio/rt/drift.h"
#include "services/audio/rt/engine.h"
#include "services/audio/rt/midi_out.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/notes.h"
#include "services/audio/rt/orders.h"
#include "services/audio/rt/pads.h"
#include "services/audio/rt/sequencer.h"
#include "services/audio/rt/sounds.h"
#include "services/audio/rt/streams.h"
#include "services/audio/rt/sync.h"
#include "services/audio/rt/transport.h"

enum {
    CORE_INSTANCES = 2,
    CORE_HALVES = 2 * CORE_INSTANCES,
    CORE_BLOCK = 256, /* frames rendered at once, at most */
    CORE_LINE = 16384,
    CORE_DELAY_LINE = 524288, /* 4 s at up to 125 kHz; above that, what fits */
    CORE_WIPED = REVERB_LINES * CORE_LINE + DELAY_LINES * CORE_DELAY_LINE, /* floats that a panic clears */
};

/* All that goes on from one period to the next. Plain state, no pointers. */
struct engine_half {
    int64_t frame;      /* of the audio clock, at the beginning of the next period */
    int64_t jack_frame; /* of the server's clock there, as it should be */
    int64_t at;         /* clock_steady (µs) at the beginning of the last period */
    uint32_t rate, period;
    uint64_t periods, lost, xruns;
    float load, worst_load;
    uint64_t client;         /* that sounded the last period */
    uint32_t wired, awaited; /* bits of inputs that are connected; that a new client is to be connected to again */
    uint32_t partly, unused; /* frames that some input of that new client has been connected */
    struct drift drift;
    struct transport transport;
    struct sync sync;
    struct midi_out midi_out;
    struct notes notes;
    struct capture capture[CAPTURES];
    struct rt_mixer mixer;
    struct rt_sequencer sequencer;
    struct streams streams;
    struct rt_sounds sounds;
    struct orders orders; /* last: those that wait are copied, not the room for them */
};

struct core_lines {
    float reverb[REVERB_LINES][CORE_LINE];
    float delay[DELAY_LINES][CORE_DELAY_LINE];
    struct lookahead_cell ahead[MIXER_LIMITERS][LOOKAHEAD_LINE];
};

/* What a period gives to others: written before the exchange, published after it. */
struct core_stage {
    struct note notes[ORDERS_RINGS][NOTES_PERIOD];
    float frames[CAPTURES][ENGINE_FRAMES][2];
};

/* That an instance may be copying staged cells, and from which index of each ring on. Written by the instance. */
struct core_showing {
    _Alignas(64) _Atomic uint32_t active;
    _Atomic uint64_t notes[ORDERS_RINGS], capture[CAPTURES];
};

struct engine_memory {
    uint64_t layout; /* sizes of its parts: other ones are another layout */
    _Alignas(64) _Atomic uint64_t word;
    _Alignas(64) _Atomic uint64_t beat; /* the server's frame of the last period that counted; its low 32 bits */
    struct core_showing showing[CORE_INSTANCES];
    _Alignas(64) struct engine_half half[CORE_HALVES];
    struct core_stage stage[CORE_HALVES]; /* of the half of the same number */
    _Alignas(64) struct peaks_memory peaks;
    _Alignas(64) struct core_lines lines;
};
_Static_assert(sizeof(struct engine_half) < 64 << 10, "a half is copied each period");
_Static_assert(sizeof(struct engine_memory) <= STUDIO_ENGINE_BYTES, "it has its room");

/* Buffers of the block that is rendered. */
struct core_block {
    float group[GROUPS][2][CORE_BLOCK];
    float row[SCORE_ROWS][2][CORE_BLOCK]; /* sounds of the sequencer's rows */
    uint32_t row_frames[SCORE_ROWS];      /* up to which there are some; 0: none */
    float one[2][CORE_BLOCK];             /* a voice's */
    float level[CORE_BLOCK];
    float acid[2][CORE_BLOCK], acid_out[2][CORE_BLOCK];
    float reverb[2][CORE_BLOCK], delay[2][CORE_BLOCK]; /* sends */
    float main[2][CORE_BLOCK], preview[2][CORE_BLOCK];
    float back[2][CORE_BLOCK]; /* from the return ports */
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

/* ---- engine_owner.c: the word ---- */
bool engine_holds(struct engine *engine, const struct engine_period *period); /* whether it sounds the period */
bool engine_is_owner(const struct engine *engine); /* no other instance took over since the period began */
void engine_copy_in(struct engine *engine);        /* engine->half becomes a copy of the half that counts */
bool engine_flip(struct engine *engine,
                 const struct engine_period *period); /* the period counts; false: it never was */

#endif
