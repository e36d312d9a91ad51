/* Any numbers as a sound, at any rate: the results are finite, within the schema's limits, and of bounded size. */
#include "services/worker/analysis/hear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/codec.h"
#include "schema_media.h"
#include "tests/fuzz/fuzz.h"

enum { ARTEFACT_BYTES = 4 << 20, FRAMES_MAX = 32768 };

static void fact_keeps_its_bounds(const struct heard_fact *heard)
{
    struct fact fact = { .attribute = text_of(heard->attribute), .source = { .value = SOURCE_ANALYSIS } };
    struct buffer to = { 0 };

    fact.confidence = heard->confidence;
    fact.has_number = heard->is_number;
    fact.has_text = !heard->is_number;
    fact.number = heard->number;
    fact.text = text_of(heard->text);
    holds(codec_encode(&fact_shape, &fact, &to, NULL) == ERR_OK);
    buffer_free(&to);
}

static void is_sound(const struct heard_sound *heard)
{
    const float *numbers = heard->embedding.spectrum;

    holds(heard->fact_count <= HEARD_FACTS_MAX && heard->artefact_count <= HEARD_ARTEFACTS_MAX);
    for (size_t i = 0; i < heard->fact_count; i++)
        fact_keeps_its_bounds(&heard->fact[i]);
    for (size_t i = 0; i < sizeof(heard->embedding) / sizeof(float); i++)
        holds(isfinite(numbers[i]));
    for (size_t i = 0; i < heard->artefact_count; i++)
        holds(heard->artefact[i].len <= ARTEFACT_BYTES);
}

/* Repeats all of it, so that the sound has some length. */
static void feed_bytes(struct hear *hear, struct bytes bytes, size_t channels, unsigned times)
{
    size_t frames = bytes.len / sizeof(float) / channels;
    float *samples = malloc(bytes.len + 1);

    memcpy(samples, bytes.at, bytes.len);
    for (size_t fed = 0; times-- > 0 && frames && fed < FRAMES_MAX; fed += frames)
        hear_feed(hear, samples, frames);
    free(samples);
}

/* Two bytes: the rate in units of 15 Hz; one: channels; one: how often the numbers that follow are repeated. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct hear *hear;
    struct fuzz_input input = { bytes, len };
    double rate = fuzz_number(&input) * 15.0 + 1;
    struct bytes head = fuzz_take(&input, 2);
    struct heard_sound heard;

    if (head.len < 2)
        return 0;
    hear = hear ? hear : hear_new();
    holds(hear != NULL);
    int channels = head.at[0] % 9 + 1;
    holds(hear_begin(hear, rate, channels) == ERR_OK);
    feed_bytes(hear, fuzz_rest(&input), (size_t)channels, head.at[1] + 1u);
    holds(hear_end(hear, &heard) == ERR_OK);
    is_sound(&heard);
    return 0;
}
