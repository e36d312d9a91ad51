/* rig.h: the audio core without JACK, for benches: it plays sounds and measures periods by processor time. */
#ifndef LOOPHOLE_BENCH_AUDIO_RIG_H
#define LOOPHOLE_BENCH_AUDIO_RIG_H

#include "common/shared/studio.h"
#include "services/audio/rt/engine.h"

enum { RATE = 48000, WARM = 2000 };

struct rig {
    struct studio *studio;
    struct engine *engine;
    struct score score;
    int64_t frame;
    float *buffers[8]; /* inputs, main, preview, ports of channels */
    float *noise;      /* stereo, for the rings of the streams */
    bool has_ports;    /* channels and the master leave at ports of their own, as with JACK */
    uint32_t chains;   /* bits of the inserts that are made */
    struct paths paths;
    char home[32];
};

bool rig_open(struct rig *rig, struct fault *fault); /* in a new home, with 64 sounds of a second each */
void rig_close(struct rig *rig);

int64_t rig_cpu_ns(void);                        /* of this thread */
void rig_score(struct rig *rig, bool sequencer); /* with 16 rows and all effects, or without */
void rig_cue(struct rig *rig, struct cue cue);
struct cue rig_loop(uint32_t sound, float ratio); /* starts this sound as a loop, in any voice */
void rig_sounds(struct rig *rig);
void rig_start(struct rig *rig, uint32_t voices);     /* a third are streams, the others loops at odd pitches */
void rig_feed(struct rig *rig, uint32_t voices);      /* fills the rings as the streamer would, between periods */
int64_t rig_period(struct rig *rig, uint32_t frames); /* runs one period; returns its processor time in ns */
void rig_drain(struct rig *rig);                      /* reads all notes */

/* Measures the periods of special states, and compares them with harmless ones (worst.c). False: one is over its
 * bound. */
bool worst_run(struct rig *rig, uint32_t periods);

#endif
