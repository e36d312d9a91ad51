/* stream.h: what streamer and audio core share besides captures (capture.h): a ring of frames for each stream voice
 * (streamer → audio), and the short sounds that pads and steps play. A frame is two float32 (left, right). The names of
 * the objects: common/shared/studio.h. */
#ifndef LOOPHOLE_COMMON_RT_STREAM_H
#define LOOPHOLE_COMMON_RT_STREAM_H

#include "common/rt/capture.h"
#include "common/rt/ring.h"

enum {
    STREAMS = 32,
    STREAM_FRAMES = 384000, /* of a ring at up to 48 kHz: 8 s. studio.h makes longer ones */
    SOUNDS = 1024,
    SOUNDS_BYTES = 64 << 20, /* of sample memory */
    SOUND_VOICES = 64,
};

/* What the streamer says of the content of a stream's ring; the audio core reads `generation` and the two indices,
 * a restarted streamer all of it. Cells before `begin` belong to an older generation and are dropped unheard. A new
 * generation is written in this order: begin, source; generation (release); its cells. A voice that plays follows it at
 * once; one that does not is started by an order. What sounds are the cells but the last 5 ms, until `end` says that
 * they are the last. */
struct stream_memory {
    _Atomic uint32_t generation; /* of what is written now; each seek is a new one */
    _Atomic uint32_t looping;
    _Atomic uint64_t begin; /* index of the generation's first cell */
    _Atomic uint64_t end;   /* index just past the last frame of … */
    _Atomic int64_t source; /* source frame (at the file's rate) of cell `begin` */
    _Atomic uint32_t file_rate;
    _Atomic uint32_t rate;  /* of the cells */
    uint8_t media[16];      /* id of the media item; zero: none */
    _Atomic uint32_t ended; /* … this generation. Of any other the end is not known yet */
    uint8_t unused[4];
    struct ring_memory ring; /* its cells follow it */
};
_Static_assert(sizeof(struct stream_memory) == 256, "header and ring");

/* Index just past the generation's last frame; UINT64_MAX: not known. What it says holds if the header's generation is
 * still this one afterwards: the end of the one before may well lie where the next begins. Any thread, RT. */
static inline uint64_t stream_end(const struct stream_memory *memory, uint32_t generation)
{
    if (atomic_load_explicit(&memory->ended, memory_order_acquire) != generation)
        return UINT64_MAX;
    return atomic_load_explicit(&memory->end, memory_order_acquire);
}

/* Says where the header's generation ends, once. The streamer alone. */
static inline void stream_end_at(struct stream_memory *memory, uint64_t end)
{
    atomic_store_explicit(&memory->end, end, memory_order_release);
    atomic_store_explicit(&memory->ended, atomic_load_explicit(&memory->generation, memory_order_relaxed),
                          memory_order_release);
}

/* A short sound, planar: `frames` of the left channel, then of the right one if there are two. Immutable while
 * `state` is ready: the streamer makes it (empty → loading → ready), asks for its release by an order, and frees it
 * (→ empty) on the audio core's note. */
enum sound_state { SOUND_EMPTY, SOUND_LOADING, SOUND_READY, SOUND_LEAVING };

struct sound_entry {
    _Atomic uint32_t state;
    _Atomic uint32_t generation; /* a slot that is used again has another one */
    _Atomic uint64_t offset;     /* of its first sample, in floats */
    _Atomic uint32_t frames;
    _Atomic uint32_t channels; /* 1 or 2 */
    _Atomic uint32_t rate;
    uint32_t unused;
    uint8_t media[16];
    uint8_t unused2[16];
};
_Static_assert(sizeof(struct sound_entry) == 64, "an entry is one cache line");

struct sounds_memory {
    struct sound_entry entries[SOUNDS];
    float samples[SOUNDS_BYTES / sizeof(float)];
};

#endif
