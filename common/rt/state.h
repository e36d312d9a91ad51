/* state.h: what the audio core says of itself after each period: one value on the slots `state`. Everybody may read
 * it; plain numbers. */
#ifndef LOOPHOLE_COMMON_RT_STATE_H
#define LOOPHOLE_COMMON_RT_STATE_H

#include <stdint.h>

#include "common/rt/score.h"
#include "common/rt/stream.h"

struct state_meter {
    float peak[2];  /* of the last period, or of several short ones, linear */
    float rms[2];   /* over 300 ms, linear */
    uint64_t clips; /* samples at or over full scale; master: before the limiter */
};

struct state_voice {
    uint32_t generation; /* 0: silent */
    uint32_t tag;
    int64_t position; /* stream: cells of its generation that have sounded; sound: its frame */
};

struct state {
    int64_t frame;      /* of the audio clock, at the end of the period: it never goes back and skips what was lost */
    int64_t at;         /* clock_steady (µs) at the beginning of the period */
    int64_t jack_frame; /* of the server's clock there, 64 bits; `frame - period` is the audio clock there */
    double clock_rate;  /* frames of both a second of clock_steady */
    uint32_t rate;      /* Hz */
    uint32_t period;    /* frames */
    uint32_t instance;  /* which of the two audio processes wrote this */
    uint32_t epoch;     /* of the ownership */
    uint64_t periods;
    uint64_t lost;      /* frames that no owner sounded */
    uint64_t xruns;     /* gaps in the server's frame clock */
    uint64_t underruns; /* stream rings that ran dry */
    float load;         /* of the last period: its time / the period, 0…1 and above */
    float worst_load;
    uint32_t running;  /* transport */
    uint32_t count_in; /* steps still to count in */
    int64_t step;      /* global, from 0; its bar is step / 16 */
    double step_phase; /* 0…1 of the present step */
    /* Where every step lies, while it runs: place p, in steps, at begins + (p - place) × step_frames, to the nearest
     * frame; below `from` the transport counts in. */
    int64_t begins;
    double place, step_frames, from;
    double tempo;
    double swing;
    uint32_t pattern;      /* serial of the pattern that sounds */
    uint32_t capture;      /* generation of the take under way; 0: none */
    uint64_t score_serial; /* of the newest score taken */
    struct state_meter master, groups[GROUPS], inputs;
    double momentary, short_term; /* loudness of the master, LUFS from -100 on */
    float cut;                    /* 1 - gain of the master's limiter, the most where `peak` is */
    uint32_t delay;               /* frames that main and preview leave late: the limiter looks ahead */
    struct state_voice streams[STREAMS];
    struct state_voice sounds[SOUND_VOICES];
};
_Static_assert(sizeof(struct state) % 8 == 0, "slots hold multiples of 8 bytes");

#endif
