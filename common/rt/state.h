/* state.h: the state that the audio core publishes after each period, in the slots `state`. Plain numbers; any
 * thread of any process may read them. */
#ifndef LOOPHOLE_COMMON_RT_STATE_H
#define LOOPHOLE_COMMON_RT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/rt/score.h"
#include "common/rt/stream.h"

struct state_meter {
    float peak[2];  /* linear; of the last period, or of several short ones */
    float rms[2];   /* linear; over 300 ms */
    uint64_t clips; /* samples at or over full scale; for the master before the limiter */
};

struct state_voice {
    uint32_t generation; /* 0: silent */
    uint32_t tag;
    int64_t position; /* stream: sounded cells of its generation; sound: its frame */
    uint32_t slot;    /* of the sound */
    uint32_t unused;
};

struct state {
    int64_t frame;      /* of the audio clock, at the end of the period; never goes back, and counts lost frames */
    int64_t at;         /* clock_steady (µs) at the beginning of the period */
    int64_t jack_frame; /* of the server's clock at that time, 64 bits; the audio clock was then `frame - period` */
    double clock_rate;  /* frames of both clocks per second of clock_steady */
    uint32_t rate;      /* Hz */
    uint32_t period;    /* frames */
    uint32_t instance;  /* index of the audio process that wrote this, 0 or 1 */
    uint32_t epoch;     /* of the ownership; each takeover has a new one */
    uint64_t periods;
    uint64_t lost;      /* frames without an owner */
    uint64_t xruns;     /* gaps in the server's frame clock */
    uint64_t underruns; /* stream rings that ran dry */
    float load;         /* time spent in the last period / its length; may exceed 1 */
    float worst_load;
    uint32_t running;  /* transport */
    uint32_t count_in; /* steps left to count in */
    int64_t step;      /* global, from 0; its bar is step / 16 */
    double step_phase; /* 0…1 within the current step */
    /* The time of every step while the transport runs: step p lies at begins + (p - place) × step_frames, rounded to a
     * frame. Steps before `from` are counted in. */
    int64_t begins;
    double place, step_frames, from;
    double tempo;
    double swing;
    uint32_t pattern;      /* serial of the current pattern */
    uint32_t capture;      /* generation of the take in progress; 0: none */
    uint64_t score_serial; /* of the newest score in use */
    uint32_t pads_begun;   /* number of the last change of pads that had to wait and has begun; 0: none */
    uint32_t unused;
    struct state_meter master, groups[GROUPS], inputs;
    double momentary, short_term; /* loudness of the master in LUFS, at least -100 */
    float cut;                    /* 1 - gain of the master's limiter, the most in the time of `peak` */
    uint32_t delay;               /* frames by which main and preview are late because the limiter looks ahead */
    struct state_voice streams[STREAMS];
    struct state_voice sounds[SOUND_VOICES];
};
_Static_assert(sizeof(struct state) % 8 == 0, "slots hold multiples of 8 bytes");

/* False: shared memory with this rate is damaged. */
static inline bool state_is_rate(uint32_t rate)
{
    return rate >= 1000 && rate <= 768000;
}

#endif
