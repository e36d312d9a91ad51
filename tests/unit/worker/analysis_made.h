/* analysis_made.h: sounds that the tests of the analysis make. */
#ifndef LOOPHOLE_TESTS_ANALYSIS_MADE_H
#define LOOPHOLE_TESTS_ANALYSIS_MADE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/codec.h"
#include "services/worker/analysis/sound_analysis.h"

#define made_near(value, wanted, off) assert_true(fabs((double)(value) - (double)(wanted)) <= (double)(off))

static inline float *made_silence(size_t samples)
{
    float *x = calloc(samples + 1, sizeof(*x));

    assert_non_null(x);
    return x;
}

/* The same sine on all channels. */
static inline float *made_sine(double rate, size_t channels, size_t frames, double hz, double gain)
{
    float *x = made_silence(frames * channels);

    for (size_t i = 0; i < frames * channels; i++)
        x[i] = (float)(gain * sin(2 * M_PI * hz * (double)(i / channels) / rate));
    return x;
}

/* Short bursts of noise that fall fast, at a steady tempo, the first at the start. */
static inline float *made_clicks(double rate, size_t frames, double bpm)
{
    float *x = made_silence(frames);
    uint32_t noise = 1;

    for (size_t i = 0; i < frames; i++) {
        double since = fmod((double)i / rate, 60 / bpm);
        noise = noise * 1664525 + 1013904223;
        x[i] = (float)(0.5 * exp(-since * 80) * ((double)noise / 2147483648.0 - 1));
    }
    return x;
}

static inline void made_findings(struct sound_analysis *analysis, const float *x, double rate, int channels,
                                 size_t frames, struct sound_findings *out)
{
    assert_int_equal(sound_analysis_begin(analysis, rate, channels), ERR_OK);
    sound_analysis_feed(analysis, x, frames);
    assert_int_equal(sound_analysis_end(analysis, out), ERR_OK);
}

static inline const struct findings_fact *made_fact(const struct sound_findings *findings, const char *attribute)
{
    for (size_t i = 0; i < findings->fact_count; i++)
        if (!strcmp(findings->fact[i].attribute, attribute))
            return &findings->fact[i];
    return NULL;
}

/* NaN if the fact is missing. */
static inline double made_number(const struct sound_findings *findings, const char *attribute)
{
    const struct findings_fact *fact = made_fact(findings, attribute);

    return fact && fact->is_number ? fact->number : NAN;
}

/* Decodes an artefact into the zeroed `record`, which points into `findings` and the arena. */
static inline void made_read(const struct sound_findings *findings, const char *type, const struct shape *shape,
                             struct arena *arena, void *record)
{
    size_t i = 0;

    while (i < findings->artefact_count && strcmp(findings->artefact[i].type, type) != 0)
        i++;
    assert_in_range(i + 1, 1, findings->artefact_count);
    struct bytes data = bytes_of(findings->artefact[i].data, findings->artefact[i].len);
    assert_int_equal(codec_decode(shape, data, arena, record, NULL), ERR_OK);
}

static inline int made_new(void **state)
{
    *state = sound_analysis_new();
    return *state ? 0 : -1;
}

static inline int made_free(void **state)
{
    sound_analysis_free(*state);
    return 0;
}

#endif
