/* state/streams.h: voices that play streams. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_STREAMS_H
#define LOOPHOLE_AUDIO_RT_STATE_STREAMS_H

#include "common/rt/state.h"
#include "services/audio/dsp/fade.h"

/* Whether the ring has cells for the voice; fresh: it starts, and has played none yet. */
enum streams_supply { STREAM_WET, STREAM_DRY, STREAM_FRESH };

enum streams_state { STREAM_SILENT, STREAM_WAITS, STREAM_PLAYS, STREAM_STOPS };

/* A generation that played for d ms fades out in d ms, at most 5. To have five at once, each must be replaced within
 * half the time of the one before. Periods of 0.3 ms or more are too long for that. */
enum { STREAMS_OLD = 4 };

/* An earlier generation of a voice, fading out. */
struct streams_old {
    uint64_t index; /* of its next cell */
    uint64_t end;   /* index after its last cell */
    struct fade fade;
    float left, right;
    uint32_t group;
    uint32_t spare;
};

struct streams_voice {
    uint32_t state; /* enum streams_state */
    uint32_t generation;
    uint32_t tag;
    uint32_t group;
    uint64_t begin; /* index of the generation's first cell */
    uint64_t index; /* index of the next cell to play */
    struct streams_old old[STREAMS_OLD];
    struct fade fade;
    struct ramp left, right; /* gain and pan */
    uint32_t stop_in;        /* frames left of a slow stop; 0: none */
    uint32_t dry;            /* enum streams_supply */
    uint16_t start_reported;
    uint16_t paused; /* it plays no cells, once its fade is silent */
};

struct streams {
    struct streams_voice voice[STREAMS];
    uint64_t underruns;
};

#endif
