#include "services/worker/hear/artefacts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/worker/hear/parts.h"

enum { BEATS_MAX = 4096, CURVE_RATE = 100 /* values in ten seconds */ };

void artefacts_free(struct artefacts *a)
{
    free(a->bytes);
    a->bytes = NULL;
    a->room = 0;
}

static uint8_t *put_word(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        *to++ = (uint8_t)(value >> 8 * i);
    return to;
}

static uint8_t *put_float(uint8_t *to, double value)
{
    float narrow = isfinite(value) ? (float)value : 0;
    uint32_t bits;

    memcpy(&bits, &narrow, sizeof(bits));
    return put_word(to, bits);
}

static uint8_t *put_magic(uint8_t *to, const char *magic)
{
    memcpy(to, magic, 4);
    return to + 4;
}

static size_t waveform_size(const struct hear *hear)
{
    return overview_size(&hear->overview);
}

static void put_waveform(uint8_t *to, const struct hear *hear)
{
    overview_write(&hear->overview, to);
}

static size_t loudness_size(const struct hear *hear)
{
    return 12 + loudness_curve_count(&hear->loudness);
}

static void put_loudness(uint8_t *to, const struct hear *hear)
{
    size_t count = loudness_curve_count(&hear->loudness);

    to = put_word(put_word(put_magic(to, "LHL1"), CURVE_RATE), (uint32_t)count);
    memcpy(to, hear->curve, count);
}

static size_t onsets_size(const struct hear *hear)
{
    return 8 + 8 * hear->onset.peaks;
}

static void put_onsets(uint8_t *to, const struct hear *hear)
{
    to = put_word(put_magic(to, "LHO1"), (uint32_t)hear->onset.peaks);
    for (size_t i = 0; i < hear->onset.peaks; i++)
        to = put_float(put_float(to, (double)hear->onset.time[i]), (double)hear->onset.strength[i]);
}

static size_t beat_count(const struct hear *hear)
{
    double seconds = (double)hear->frames / hear->rate - hear->first_beat;
    double count = hear->tempo_found.bpm > 0 ? ceil(fmax(0, seconds * hear->tempo_found.bpm / 60 - 1e-6)) : 0;

    return count < BEATS_MAX ? (size_t)count : BEATS_MAX;
}

static size_t beats_size(const struct hear *hear)
{
    return 16 + 4 * beat_count(hear);
}

static void put_beats(uint8_t *to, const struct hear *hear)
{
    size_t count = beat_count(hear);

    to = put_float(put_magic(to, "LHB1"), hear->tempo_found.bpm);
    to = put_word(put_float(to, hear->tempo_found.confidence), (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        to = put_float(to, hear->first_beat + (double)i * 60 / hear->tempo_found.bpm);
}

static size_t spectrum_size(const struct hear *hear)
{
    (void)hear;
    return 16 + 4 * MEL_BANDS;
}

static void put_spectrum(uint8_t *to, const struct hear *hear)
{
    to = put_word(put_magic(to, "LHS1"), MEL_BANDS);
    to = put_float(put_float(to, MEL_LOWEST_HZ), MEL_HIGHEST_HZ);
    for (size_t b = 0; b < MEL_BANDS; b++) {
        double mean = hear->mel.total[b] / (double)(hear->mel.count ? hear->mel.count : 1);
        to = put_float(to, 10 * log10(mean + 1e-12));
    }
}

static size_t print_bytes(const struct hear *hear)
{
    return print_size(&hear->print);
}

static void put_print(uint8_t *to, const struct hear *hear)
{
    print_write(&hear->print, to);
}

static size_t gist_size(const struct hear *hear)
{
    (void)hear;
    return PRINT_GIST_SIZE;
}

static void put_gist(uint8_t *to, const struct hear *hear)
{
    print_write_gist(&hear->print, &hear->overview, hear->rate, to);
}

static const struct {
    const char *type;
    uint32_t version;
    size_t (*size)(const struct hear *hear);
    void (*put)(uint8_t *to, const struct hear *hear);
} KIND[] = {
    { "waveform", 1, waveform_size, put_waveform },
    { "loudness", 1, loudness_size, put_loudness },
    { "onsets", 1, onsets_size, put_onsets },
    { "beats", 1, beats_size, put_beats },
    { "spectrum", 1, spectrum_size, put_spectrum },
    { "print", 1, print_bytes, put_print },
    { "gist", 1, gist_size, put_gist },
};

enum { KINDS = sizeof(KIND) / sizeof(*KIND) };

static enum err make_room(struct artefacts *a, size_t size)
{
    uint8_t *grown;

    if (size <= a->room)
        return ERR_OK;
    grown = realloc(a->bytes, size);
    if (!grown)
        return ERR_FULL;
    a->bytes = grown;
    a->room = size;
    return ERR_OK;
}

enum err artefacts_make(struct artefacts *a, const struct hear *hear, struct heard_sound *out)
{
    size_t size = 0, at = 0;
    enum err e;

    for (size_t i = 0; i < KINDS; i++)
        size += KIND[i].size(hear);
    e = make_room(a, size);
    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < KINDS; i++) {
        size_t len = KIND[i].size(hear);
        KIND[i].put(a->bytes + at, hear);
        out->artefact[out->artefact_count++] =
            (struct heard_artefact){ KIND[i].type, KIND[i].version, a->bytes + at, len };
        at += len;
    }
    return ERR_OK;
}
