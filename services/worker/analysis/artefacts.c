#include "services/worker/analysis/artefacts.h"

#include <math.h>

#include "common/little.h"
#include "proto/wire/codec.h"
#include "schema_artefact.h"
#include "services/worker/analysis/parts.h"

enum { BEATS_MAX = 4096, CURVE_RATE = 10, VERSION = 2 /* 1: the layouts of store/artefact_old.h */ };

void artefacts_free(struct artefacts *a)
{
    arena_free(&a->arena);
    buffer_free(&a->encoded);
}

/* Rounds to a float, the precision of the record. */
static double narrow_number(double value)
{
    return isfinite(value) ? (double)(float)value : 0;
}

static void put_float(uint8_t *to, size_t i, double value)
{
    little_put_f32(to + 4 * i, (float)narrow_number(value));
}

/* Each function fills one record; its lists live in the arena. */

static void fill_waveform(struct arena *arena, const struct sound_analysis *analysis, void *record)
{
    overview_draw(&analysis->overview, arena, record);
}

static void fill_loudness(struct arena *arena, const struct sound_analysis *analysis, void *record)
{
    struct artefact_loudness *to = record;

    (void)arena;
    to->values_a_second = CURVE_RATE;
    to->lufs = bytes_of(analysis->curve, loudness_curve_count(&analysis->loudness));
}

static void fill_onsets(struct arena *arena, const struct sound_analysis *analysis, void *record)
{
    struct artefact_onsets *to = record;
    size_t count = analysis->onset.peaks;
    uint8_t *seconds = arena_array(arena, count, 4), *strength = arena_array(arena, count, 4);

    for (size_t i = 0; i < count; i++) {
        put_float(seconds, i, (double)analysis->onset.time[i]);
        put_float(strength, i, (double)analysis->onset.strength[i]);
    }
    to->seconds = bytes_of(seconds, 4 * count);
    to->strength = bytes_of(strength, 4 * count);
}

static size_t count_beats(const struct sound_analysis *analysis)
{
    double seconds = (double)analysis->frames / analysis->rate - analysis->first_beat;
    double count = analysis->tempo_found.bpm > 0 ? ceil(fmax(0, seconds * analysis->tempo_found.bpm / 60 - 1e-6)) : 0;

    return count < BEATS_MAX ? (size_t)count : BEATS_MAX;
}

static void fill_beats(struct arena *arena, const struct sound_analysis *analysis, void *record)
{
    struct artefact_beats *to = record;
    size_t count = count_beats(analysis);
    uint8_t *seconds = arena_array(arena, count, 4);

    for (size_t i = 0; i < count; i++)
        put_float(seconds, i, analysis->first_beat + (double)i * 60 / analysis->tempo_found.bpm);
    to->bpm = narrow_number(analysis->tempo_found.bpm);
    to->confidence = narrow_number(analysis->tempo_found.confidence);
    to->seconds = bytes_of(seconds, 4 * count);
}

static void fill_spectrum(struct arena *arena, const struct sound_analysis *analysis, void *record)
{
    struct artefact_spectrum *to = record;
    uint8_t *db = arena_array(arena, MEL_BANDS, 4);

    for (size_t b = 0; b < MEL_BANDS; b++) {
        double mean = analysis->mel.total[b] / (double)(analysis->mel.count ? analysis->mel.count : 1);
        put_float(db, b, 10 * log10(mean + 1e-12));
    }
    *to = (struct artefact_spectrum){ MEL_LOWEST_HZ, MEL_HIGHEST_HZ, bytes_of(db, 4 * MEL_BANDS) };
}

/* The mean power as a level of 0 (-80 dB) to 255 (0 dB). */
static uint8_t level_of(double power, double frames)
{
    double db = 10 * log10(power / frames + 1e-12);

    return (uint8_t)lround(fmax(0, fmin(255, (db + 80) / 80 * 255)));
}

static double sum_band(const struct mel *mel, size_t band, size_t from, size_t to)
{
    double power = 0;

    for (size_t i = from; i < to; i++)
        power += exp((double)mel->frame[i].band[band]);
    return power;
}

/* If all frames of a sound are there, its columns have the shortest time that suffices. */
static void fill_columns(const struct mel *mel, size_t together, size_t columns, uint8_t *levels)
{
    bool is_whole = mel->columns.seen <= mel->count;

    for (size_t i = 0; i < columns; i++) {
        size_t from = i * together, end = from + together < mel->count ? from + together : mel->count;
        for (size_t b = 0; b < MEL_BANDS; b++)
            levels[i * MEL_BANDS + b] = is_whole ? level_of(sum_band(mel, b, from, end), (double)(end - from))
                                                 : level_of(mel->columns.power[i][b], (double)mel->columns.measured[i]);
    }
}

static void fill_spectrogram(struct arena *arena, const struct sound_analysis *analysis, void *record)
{
    struct artefact_spectrogram *to = record;
    const struct mel *mel = &analysis->mel;
    size_t seen = mel->columns.seen;
    size_t together = seen <= mel->count ? (seen + MEL_COLUMNS - 1) / MEL_COLUMNS : mel->columns.together;
    size_t columns = together ? (seen + together - 1) / together : 0;
    uint8_t *levels = arena_array(arena, columns, MEL_BANDS);

    fill_columns(mel, together, columns, levels);
    *to = (struct artefact_spectrogram){ MEL_LOWEST_HZ, MEL_HIGHEST_HZ, MEL_BANDS,
                                         together ? MEL_RATE / (double)together : MEL_RATE,
                                         bytes_of(levels, columns * MEL_BANDS) };
}

static void fill_print(struct arena *arena, const struct sound_analysis *analysis, void *record)
{
    struct artefact_print *to = record;

    (void)arena;
    *to = (struct artefact_print){ FINGERPRINT_RATE,
                                   bytes_of(analysis->fingerprint.sample, analysis->fingerprint.count) };
}

static void fill_gist(struct arena *arena, const struct sound_analysis *analysis, void *record)
{
    fingerprint_summarise(&analysis->fingerprint, &analysis->overview, analysis->rate, arena, record);
}

static const struct {
    const char *type;
    const struct shape *shape;
    void (*fill)(struct arena *arena, const struct sound_analysis *analysis, void *record);
} KIND[] = {
    { "waveform", &artefact_waveform_shape, fill_waveform },
    { "loudness", &artefact_loudness_shape, fill_loudness },
    { "onsets", &artefact_onsets_shape, fill_onsets },
    { "beats", &artefact_beats_shape, fill_beats },
    { "spectrum", &artefact_spectrum_shape, fill_spectrum },
    { "spectrogram", &artefact_spectrogram_shape, fill_spectrogram },
    { "print", &artefact_print_shape, fill_print },
    { "gist", &artefact_gist_shape, fill_gist },
};

enum { KINDS = sizeof(KIND) / sizeof(*KIND) };

static enum err encode_artefact(struct artefacts *a, size_t kind, const struct sound_analysis *analysis)
{
    union {
        struct artefact_waveform waveform;
        struct artefact_loudness loudness;
        struct artefact_onsets onsets;
        struct artefact_beats beats;
        struct artefact_spectrum spectrum;
        struct artefact_spectrogram spectrogram;
        struct artefact_print print;
        struct artefact_gist gist;
    } record = { 0 };

    arena_reset(&a->arena);
    KIND[kind].fill(&a->arena, analysis, &record);
    return codec_encode(KIND[kind].shape, &record, &a->encoded, NULL);
}

enum err artefacts_make(struct artefacts *a, const struct sound_analysis *analysis, struct sound_findings *out)
{
    size_t end[KINDS], begin = 0;
    enum err e = ERR_OK;

    buffer_reset(&a->encoded);
    for (size_t i = 0; e == ERR_OK && i < KINDS; i++) {
        e = encode_artefact(a, i, analysis);
        end[i] = a->encoded.len;
    }
    for (size_t i = 0; e == ERR_OK && i < KINDS; begin = end[i++])
        out->artefact[out->artefact_count++] =
            (struct findings_artefact){ KIND[i].type, VERSION, a->encoded.at + begin, end[i] - begin };
    return e;
}
