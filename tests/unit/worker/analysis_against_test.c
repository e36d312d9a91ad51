/* The analysis compared with libraries that it does not use at run time: libebur128, and aubio's onset and tempo. */
#include <aubio/aubio.h>
#include <ebur128.h>

#include "tests/unit/claim.h"
#include "tests/unit/worker/analysis_made.h"

enum { HOP = 512, WINDOW = 1024, RATE = 44100 };

static double ebur128_of(const float *x, unsigned channels, size_t frames)
{
    ebur128_state *meter = ebur128_init(channels, RATE, EBUR128_MODE_I);
    double lufs;

    assert_non_null(meter);
    assert_int_equal(ebur128_add_frames_float(meter, x, frames), EBUR128_SUCCESS);
    assert_int_equal(ebur128_loudness_global(meter, &lufs), EBUR128_SUCCESS);
    ebur128_destroy(&meter);
    return lufs;
}

CLAIMS_SHARE(made_new, made_free)

CLAIM(loudness_is_that_of_libebur128)
{
    struct sound_findings findings;
    float *clicks = made_clicks(RATE, 7 * RATE, 123), *stereo = made_sine(RATE, 2, 7 * RATE, 100, 0.3);

    for (size_t i = 0; i < 7 * RATE; i++)
        stereo[2 * i] = stereo[2 * i] * (i < 3 * RATE ? 0.01f : 1) + clicks[i];
    made_findings(*state, clicks, RATE, 1, 7 * RATE, &findings);
    made_near(made_number(&findings, "lufs"), ebur128_of(clicks, 1, 7 * RATE), 0.05);
    made_findings(*state, stereo, RATE, 2, 7 * RATE, &findings);
    made_near(made_number(&findings, "lufs"), ebur128_of(stereo, 2, 7 * RATE), 0.05);
    free(stereo);
    free(clicks);
}

static size_t aubio_onsets(const float *x, size_t frames)
{
    aubio_onset_t *onset = new_aubio_onset("default", WINDOW, HOP, RATE);
    fvec_t *in = new_fvec(HOP), *out = new_fvec(1);
    size_t found = 0;

    for (size_t at = 0; at + HOP <= frames; at += HOP) {
        memcpy(in->data, x + at, HOP * sizeof(*x));
        aubio_onset_do(onset, in, out);
        found += out->data[0] > 0;
    }
    del_fvec(out);
    del_fvec(in);
    del_aubio_onset(onset);
    return found;
}

static double aubio_bpm(const float *x, size_t frames)
{
    aubio_tempo_t *tempo = new_aubio_tempo("default", WINDOW, HOP, RATE);
    fvec_t *in = new_fvec(HOP), *out = new_fvec(1);
    double bpm;

    for (size_t at = 0; at + HOP <= frames; at += HOP) {
        memcpy(in->data, x + at, HOP * sizeof(*x));
        aubio_tempo_do(tempo, in, out);
    }
    bpm = (double)aubio_tempo_get_bpm(tempo);
    del_fvec(out);
    del_fvec(in);
    del_aubio_tempo(tempo);
    return bpm;
}

CLAIM(onsets_and_tempo_are_those_of_aubio)
{
    struct sound_findings findings;
    float *x = made_clicks(RATE, 16 * RATE, 120);

    made_findings(*state, x, RATE, 1, 16 * RATE, &findings);
    made_near(made_number(&findings, "onsets"), (double)aubio_onsets(x, 16 * RATE), 1);
    made_near(made_number(&findings, "bpm"), aubio_bpm(x, 16 * RATE), 5);
    free(x);
}
