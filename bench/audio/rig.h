/* rig.h: the sound core without JACK, for benches: what sounds in it, and a period of it by processor time. */
#ifndef LOOPHOLE_BENCH_AUDIO_RIG_H
#define LOOPHOLE_BENCH_AUDIO_RIG_H

#include "common/file.h"
#include "common/shared/studio.h"
#include "services/audio/rt/engine.h"

enum { RATE = 48000, WARM = 2000 };

struct rig {
    struct studio *studio;
    struct engine *engine;
    struct score score;
    int64_t frame;
    float *buffers[6];
    struct paths paths;
    char home[32];
};

bool rig_open(struct rig *rig, struct fault *fault); /* in a home of its own, with 64 sounds of a second */
void rig_close(struct rig *rig);

int64_t rig_cpu_ns(void);                        /* of this thread */
void rig_score(struct rig *rig, bool sequencer); /* with 16 rows and all effects, or without */
void rig_order(struct rig *rig, struct order order);
void rig_sounds(struct rig *rig);
void rig_start(struct rig *rig, uint32_t voices);     /* a third are streams, the others loops at odd pitches */
void rig_feed(struct rig *rig, uint32_t voices);      /* as the streamer would, between periods */
int64_t rig_period(struct rig *rig, uint32_t frames); /* the processor time that it took, ns */
void rig_drain(struct rig *rig);                      /* reads all notes */

/* The periods that state makes long, beside floors (worst.c). False: one is over its bound. */
bool worst_run(struct rig *rig, uint32_t periods);

#endif
