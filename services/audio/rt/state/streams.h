/* state/streams.h: voices that play streams. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_STREAMS_H
#define LOOPHOLE_AUDIO_RT_STATE_STREAMS_H

#include "common/rt/state.h"
#include "services/audio/dsp/fade.h"

enum streams_state { STREAM_SILENT, STREAM_WAITS, STREAM_PLAYS, STREAM_STOPS };

/* A generation that sounded for d ms fades out in d ms, at most 5. So of those that are left in turn each must be left
 * before half of its predecessor's time is over, and periods of .3 ms or more leave no time for a fifth. */
enum { STREAMS_OLD = 4 };

/* What fades out of an earlier generation of a voice. */
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
    uint64_t index; /* of the next cell to sound */
    struct streams_old old[STREAMS_OLD];
    struct fade fade;
    struct ramp left, right; /* gain and pan */
    uint32_t stop_in;        /* frames until a slow stop is over; 0: none */
    uint32_t dry;
    uint32_t told; /* its start is reported */
};

struct streams {
    struct streams_voice voice[STREAMS];
    uint64_t underruns;
};

#endif
