/* parts.h: the inside of struct sound_analysis: the state that the files of this folder share while they analyse one
 * sound. */
#ifndef LOOPHOLE_WORKER_ANALYSIS_PARTS_H
#define LOOPHOLE_WORKER_ANALYSIS_PARTS_H

#include "common/arena.h"
#include "common/buffer.h"
#include "services/worker/analysis/classify.h"
#include "services/worker/analysis/embed.h"
#include "services/worker/analysis/features/envelope.h"
#include "services/worker/analysis/features/fingerprint.h"
#include "services/worker/analysis/features/loudness.h"
#include "services/worker/analysis/features/mel.h"
#include "services/worker/analysis/features/mono.h"
#include "services/worker/analysis/features/onset.h"
#include "services/worker/analysis/features/overview.h"
#include "services/worker/analysis/features/pitch.h"
#include "services/worker/analysis/features/tempo.h"
#include "services/worker/analysis/features/tonal.h"
#include "services/worker/analysis/features/tonality.h"
#include "services/worker/analysis/measure_list.h"

struct artefacts {
    struct arena arena;    /* of one record */
    struct buffer encoded; /* all records */
};

struct sound_analysis {
    double rate;
    size_t channels;
    bool has_begun; /* between sound_analysis_begin and sound_analysis_end */
    uint64_t frames;
    float peak; /* of all channels, linear */
    float mono[MONO_BLOCK];
    float *clean;                       /* a block of frames without NaN and infinities; grows with the channels */
    struct mono_chain to_fast, to_slow; /* rate → fast_rate → slow_rate */
    double fast_rate, slow_rate;
    struct loudness loudness;
    struct overview overview;
    struct envelope envelope;
    struct fingerprint_maker fingerprint;
    struct mel mel;
    struct tonal tonal;
    float head[PITCH_HEAD_MAX]; /* the slow samples from just before the first loud one */
    size_t head_count;
    struct onset onset;
    size_t start; /* the first mel frame within 20 dB of the loudest */
    struct pitch *pitch;
    struct pitch_track track;
    struct tempo tempo;
    struct tempo_found tempo_found;
    double first_beat; /* seconds */
    struct tonality_model tonality_model;
    struct tonality tonality;
    int has_key;
    struct classify_model classify_model;
    struct classify classify;
    struct embed_model embed_model;
    float row[DESCRIBE_COUNT];
    float measure[MEASURE_COUNT];
    int8_t *curve; /* of loudness */
    struct artefacts artefacts;
};

#endif
