/* Any numbers as a sound, at any rate: the results are finite, within the schema's limits, and of bounded size. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/codec.h"
#include "schema_media.h"
#include "services/worker/analysis/sound_analysis.h"
#include "tests/fuzz/fuzz.h"

enum { ARTEFACT_BYTES = 4 << 20, FRAMES_MAX = 32768 };

static void fact_keeps_its_bounds(const struct findings_fact *findings)
{
    struct fact fact = { .attribute = text_of(findings->attribute), .source = { .value = SOURCE_ANALYSIS } };
    struct buffer to = { 0 };

    fact.confidence = findings->confidence;
    fact.has_number = findings->is_number;
    fact.has_text = !findings->is_number;
    fact.number = findings->number;
    fact.text = text_of(findings->text);
    holds(codec_encode(&fact_shape, &fact, &to, NULL) == ERR_OK);
    buffer_free(&to);
}

static void is_sound(const struct sound_findings *findings)
{
    const float *numbers = findings->embedding.spectrum;

    holds(findings->fact_count <= FINDINGS_FACTS_MAX && findings->artefact_count <= FINDINGS_ARTEFACTS_MAX);
    for (size_t i = 0; i < findings->fact_count; i++)
        fact_keeps_its_bounds(&findings->fact[i]);
    for (size_t i = 0; i < sizeof(findings->embedding) / sizeof(float); i++)
        holds(isfinite(numbers[i]));
    for (size_t i = 0; i < findings->artefact_count; i++)
        holds(findings->artefact[i].len <= ARTEFACT_BYTES);
}

/* Repeats all of it, so that the sound has some length. */
static void feed_bytes(struct sound_analysis *analysis, struct bytes bytes, size_t channels, unsigned times)
{
    size_t frames = bytes.len / sizeof(float) / channels;
    float *samples = malloc(bytes.len + 1);

    memcpy(samples, bytes.at, bytes.len);
    for (size_t fed = 0; times-- > 0 && frames && fed < FRAMES_MAX; fed += frames)
        sound_analysis_feed(analysis, samples, frames);
    free(samples);
}

/* Two bytes: the rate in units of 15 Hz; one: channels; one: how often the numbers that follow are repeated. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct sound_analysis *analysis;
    struct fuzz_input input = { bytes, len };
    double rate = fuzz_number(&input) * 15.0 + 1;
    struct bytes head = fuzz_take(&input, 2);
    struct sound_findings findings;

    if (head.len < 2)
        return 0;
    analysis = analysis ? analysis : sound_analysis_new();
    holds(analysis != NULL);
    int channels = head.at[0] % 9 + 1;
    holds(sound_analysis_begin(analysis, rate, channels) == ERR_OK);
    feed_bytes(analysis, fuzz_rest(&input), (size_t)channels, head.at[1] + 1u);
    holds(sound_analysis_end(analysis, &findings) == ERR_OK);
    is_sound(&findings);
    return 0;
}
