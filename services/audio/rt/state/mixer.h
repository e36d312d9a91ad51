/* state/mixer.h: strips, limiters and meters of the mixer. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_MIXER_H
#define LOOPHOLE_AUDIO_RT_STATE_MIXER_H

#include "common/rt/state.h"
#include "services/audio/dsp/align.h"
#include "services/audio/dsp/limiter.h"
#include "services/audio/dsp/lookahead.h"
#include "services/audio/dsp/loudness.h"
#include "services/audio/dsp/meter.h"
#include "services/audio/dsp/mix.h"

enum { MIXER_MASTER, MIXER_PREVIEW, MIXER_LIMITERS };

struct rt_mixer {
    struct mix_strip strip[GROUPS], master, preview_to_main;
    struct ramp direct;          /* of the preview group, to its strip; below 0 it is closed */
    struct ramp returns;         /* of the return ports, to the preview strip */
    struct ramp monitor;         /* of the inputs, to main */
    struct ramp inserts[CHAINS]; /* 1: the return of the insert is heard in place of the channel or master */
    struct ramp apart[GROUPS], pfl[GROUPS], reverb[GROUPS], delay[GROUPS]; /* outputs.h */
    struct align align[GROUPS];                                            /* outputs.h */
    uint32_t is_open;  /* the returns are open while there is a chain */
    uint32_t previews; /* the preview group sounded in the last block */
    struct rt_meter meter[GROUPS], master_meter, input_meter;
    struct limiter limiter[MIXER_LIMITERS];
    struct lookahead ahead[MIXER_LIMITERS];
    struct ramp looks_ahead;     /* share of the look-ahead limiters; at 0 and settled they do not run */
    struct rt_loudness loudness; /* of the master */
    uint64_t entry;              /* number of the current entry in the peaks */
    uint64_t gathered;           /* frames in that entry */
};

#endif
