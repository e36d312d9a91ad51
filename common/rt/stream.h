/* stream.h: shared memory of the streamer and the audio core, besides captures (capture.h). It has a ring of frames for
 * each stream voice (streamer → audio), and the short sounds of pads and steps. A frame is two float32 (left, right).
 * common/shared/studio.h names the objects. */
#ifndef LOOPHOLE_COMMON_RT_STREAM_H
#define LOOPHOLE_COMMON_RT_STREAM_H

#include "common/rt/capture.h"
#include "common/rt/ring.h"

enum {
    STREAMS = 32,
    STREAM_FRAMES = 384000, /* of a ring at up to 48 kHz: 8 s; studio.h makes longer ones */
    SOUNDS = 1024,
    SOUNDS_BYTES = 64 << 20, /* bytes of all samples */
    SOUND_VOICES = 64,
};

/* The streamer's description of a ring's content. The audio core reads `generation`, `begin` and `end`; a restarted
 * streamer reads all of it. Cells before `begin` belong to an older generation: they are dropped, and never sound. The
 * streamer writes a new generation in this order: begin, source, due; generation (release); its cells. A playing voice
 * follows the change at once; a cue starts a silent one. If the generation is due at a frame of the audio clock, a
 * playing voice follows at that frame or later, and leaves out the cells that belong to earlier frames. The last 5 ms
 * of cells sound only after `end` says that they are the last. */
struct stream_memory {
    _Atomic uint32_t generation; /* of the cells written now; each seek starts a new one */
    _Atomic uint32_t looping;
    _Atomic uint64_t begin; /* index of the generation's first cell */
    _Atomic uint64_t end;   /* index after the last frame of … */
    _Atomic int64_t source; /* frame of the file (at its rate) of cell `begin` */
    _Atomic uint32_t file_rate;
    _Atomic uint32_t rate;   /* of the cells */
    uint8_t media[16];       /* id of the media item; zero: none */
    _Atomic uint32_t ended;  /* … this generation; the end of any other is unknown */
    _Atomic uint32_t due;    /* frame of the audio clock of cell `begin`, its low 32 bits; 0: at once */
    struct ring_memory ring; /* its cells follow it */
};
_Static_assert(sizeof(struct stream_memory) == 256, "header and ring");

/* Returns the index after the generation's last frame; UINT64_MAX: unknown. The result is valid if the header's
 * generation is still `generation` afterwards, because an older end may lie where the next generation begins. Any
 * thread, RT. */
static inline uint64_t stream_end(const struct stream_memory *memory, uint32_t generation)
{
    if (atomic_load_explicit(&memory->ended, memory_order_acquire) != generation)
        return UINT64_MAX;
    return atomic_load_explicit(&memory->end, memory_order_acquire);
}

/* The value of `due` for a frame of the audio clock. */
static inline uint32_t stream_due(int64_t frame)
{
    return (uint32_t)frame ? (uint32_t)frame : 1;
}

/* Sets the end of the header's generation, once. Only for the streamer. */
static inline void stream_end_at(struct stream_memory *memory, uint64_t end)
{
    atomic_store_explicit(&memory->end, end, memory_order_release);
    atomic_store_explicit(&memory->ended, atomic_load_explicit(&memory->generation, memory_order_relaxed),
                          memory_order_release);
}

/* A short sound, planar: `frames` of the left channel, then of the right one if there are two. It is immutable while
 * `state` is ready, except for the treatment of its item (common/sound/treatment.h): its gain applies to each start of
 * the sound, its part and fades for a start without points of its own. The streamer makes the sound (empty → loading →
 * ready) and asks for its release by a cue. It frees it (→ empty) after the audio core's note. */
enum sound_state { SOUND_EMPTY, SOUND_LOADING, SOUND_READY, SOUND_LEAVING };

struct sound_entry {
    _Atomic uint32_t state;
    _Atomic uint32_t generation; /* a new one each time that the slot is used */
    _Atomic uint64_t offset;     /* of its first sample, in floats */
    _Atomic uint32_t frames;
    _Atomic uint16_t channels; /* 1 or 2 */
    _Atomic uint16_t unheld;   /* not 0: only pads and rows have it, so the core releases it when they do not use it */
    _Atomic uint32_t rate;
    _Atomic float gain_db;
    uint8_t media[16];
    _Atomic uint32_t part_from, part_until, fade_in, fade_out; /* frames; part_until 0: the end */
};
_Static_assert(sizeof(struct sound_entry) == 64, "an entry is one cache line");

struct sounds_memory {
    struct sound_entry entries[SOUNDS];
    float samples[SOUNDS_BYTES / sizeof(float)];
};

#endif
