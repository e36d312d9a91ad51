/* half.h: the state that survives a death of the process, in the memory `engine` (studio.h). RT.
 *
 * It contains one machine word, four halves, the staged output of each half, and the delay lines:
 *
 *   word   instance + 1 (2 bits) | epoch of the ownership (24) | flips (36) | valid half (2)
 *
 * engine_owner.h says how the word changes, and which instance writes which half. */
#ifndef LOOPHOLE_AUDIO_RT_HALF_H
#define LOOPHOLE_AUDIO_RT_HALF_H

#include "common/shared/studio.h"
#include "services/audio/dsp/drift.h"
#include "services/audio/dsp/peaks.h"
#include "services/audio/rt/midi_out.h"
#include "services/audio/rt/state/capture.h"
#include "services/audio/rt/state/cues.h"
#include "services/audio/rt/state/mixer.h"
#include "services/audio/rt/state/notes.h"
#include "services/audio/rt/state/sequencer.h"
#include "services/audio/rt/state/sounds.h"
#include "services/audio/rt/state/streams.h"
#include "services/audio/rt/state/sync.h"
#include "services/audio/rt/transport.h"

enum {
    CORE_INSTANCES = 2,
    CORE_HALVES = 2 * CORE_INSTANCES,
    CORE_LINE = 16384,
    CORE_DELAY_LINE = 524288, /* 4 s at up to 125 kHz; above that, what fits */
    CORE_WIPED = REVERB_LINES * CORE_LINE + DELAY_LINES * CORE_DELAY_LINE, /* floats that a panic clears */
};

/* The state that a period passes to the next one. Plain data, no pointers. Of the sounds, the rows that leave, the
 * cues and the MIDI only what sounds or waits is copied. */
struct engine_half {
    int64_t frame;      /* of the audio clock, at the start of the next period */
    int64_t jack_frame; /* of the server's clock at the same moment, as expected */
    int64_t at;         /* clock_steady (µs) at the start of the last period */
    uint32_t rate, period;
    uint64_t periods, lost, xruns;
    float load, worst_load;
    uint64_t client;         /* client of the last period */
    uint32_t wired, awaited; /* bits of the connected inputs; bits of those that a new client must connect again */
    uint32_t partly;         /* frames during which some input of the new client was connected */
    uint32_t pads_begun;     /* number of the last change of pads that had to wait and has begun; 0: none */
    struct drift drift;
    struct transport transport;
    struct sync sync;
    struct notes notes;
    struct capture capture[CAPTURES];
    struct rt_mixer mixer;
    struct rt_sequencer sequencer;
    struct streams streams;
    struct rt_sounds sounds;
    struct rt_leaving leaving;
    struct cues cues;
    struct midi_out midi_out;
};

struct core_lines {
    float reverb[REVERB_LINES][CORE_LINE];
    float delay[DELAY_LINES][CORE_DELAY_LINE];
    float align[GROUPS][2][ALIGN_LINE];
    struct lookahead_cell ahead[MIXER_LIMITERS][LOOKAHEAD_LINE];
};

/* Output of a period: written before the exchange, published after it. */
struct core_stage {
    struct note notes[CUES_RINGS][NOTES_PERIOD];
    float frames[CAPTURES][ENGINE_FRAMES][2];
};

/* Says that an instance may be copying staged cells, and the first index in each ring. Only the instance writes it. */
struct core_showing {
    _Alignas(64) _Atomic uint32_t active;
    _Atomic uint64_t notes[CUES_RINGS], capture[CAPTURES];
};

struct engine_memory {
    uint64_t layout; /* sizes of the parts; other sizes mean another layout */
    _Alignas(64) _Atomic uint64_t word;
    _Alignas(64) _Atomic uint64_t beat; /* low 32 bits of the server's frame of the last valid period */
    struct core_showing showing[CORE_INSTANCES];
    _Alignas(64) struct engine_half half[CORE_HALVES];
    struct core_stage stage[CORE_HALVES]; /* stage[i] belongs to half[i] */
    _Alignas(64) struct peaks_memory peaks;
    _Alignas(64) struct core_lines lines;
};
_Static_assert(sizeof(struct engine_half) - sizeof(struct rt_leaving) - sizeof(struct midi_out) < 73 << 10,
               "a half is copied each period");
_Static_assert(sizeof(struct engine_memory) <= STUDIO_ENGINE_BYTES, "it has its room");

#endif
