#include "services/worker/tags/midi.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/musical_key.h"
#include "services/worker/tags/endian.h"
#include "store/pattern/midi_reader.h"

enum {
    TRACKS_MAX = 4096,
    TEMPOS_MAX = 4096,
    DRUMS = 9,
    NOTES_FOR_A_KEY = 8,
    WORDS_MAX = 1024,
    FILE_MOST = 64 << 20, /* bytes that are read: a reader looks at each of them */
};

static const double usual_beat_us = 60e6 / MIDI_USUAL_BPM, longest_song = 1e7 /* s */;
static const double CLEARLY_BETTER = 0.15; /* of two correlations of the notes with a key */

struct tempo_change {
    uint64_t tick;
    uint32_t beat_us; /* of a quarter note */
};

struct song_reading {
    struct input *input;
    struct labels *labels; /* NULL: only the song counts */
    struct midi_song *song;
    uint64_t last; /* tick */
    size_t tempo_count;
    struct tempo_change tempos[TEMPOS_MAX];
    bool is_signed, is_signed_twice; /* key signatures: one, several that differ */
    int signature;                   /* the first one: a key */
    double weight[12];               /* ticks that each pitch class sounds */
    uint64_t began[16][128];
    bool sounds[16][128];
    struct midi_reader reader;
};

/* ---- what an event says ---- */

static void end_note(struct song_reading *r, unsigned channel, unsigned note, uint64_t tick)
{
    const uint64_t most = 4ull * (r->reader.division & 0x7FFF);
    uint64_t held = tick - r->began[channel][note];

    if (r->sounds[channel][note] && channel != DRUMS)
        r->weight[note % 12] += (double)(held < most ? held : most);
    r->sounds[channel][note] = false;
}

static void begin_note(struct song_reading *r, unsigned channel, unsigned note, uint64_t tick)
{
    struct midi_song *song = r->song;

    end_note(r, channel, note, tick);
    r->sounds[channel][note] = true;
    r->began[channel][note] = tick;
    song->notes++;
    if (channel == DRUMS)
        return;
    song->low = song->pitched == 0 || note < song->low ? note : song->low;
    song->high = song->pitched == 0 || note > song->high ? note : song->high;
    song->pitched++;
}

static void take_tempo(struct song_reading *r, const struct midi_message *message)
{
    uint8_t bytes[3];

    if (!input_fill(r->input, message->at, bytes, sizeof(bytes)) || endian_be24(bytes) == 0 ||
        r->tempo_count == TEMPOS_MAX)
        return;
    r->tempos[r->tempo_count++] = (struct tempo_change){ message->tick, endian_be24(bytes) };
}

/* The signature: sharps, or flats below 0, and 1 for minor. Each sharp is a fifth, which is 7 semitones. */
static void take_key(struct song_reading *r, const struct midi_message *message)
{
    uint8_t bytes[2];

    if (!input_fill(r->input, message->at, bytes, sizeof(bytes)))
        return;
    int sharps = (int8_t)bytes[0], minor = bytes[1];
    if (sharps < -7 || sharps > 7 || minor > 1)
        return;
    int key = ((sharps * 7 + 84 + 9 * minor) % 12) * 2 + minor;
    r->is_signed_twice |= r->is_signed && key != r->signature;
    r->signature = r->is_signed ? r->signature : key;
    r->is_signed = true;
    const char *name = musical_key_name(key);
    labels_words(r->labels, "key", (const uint8_t *)name, strlen(name), CHARSET_UTF8);
}

static void take_words(const struct song_reading *r, const struct midi_message *message, const char *attribute)
{
    uint8_t words[WORDS_MAX];
    size_t len = input_read(r->input, message->at, words, message->len < WORDS_MAX ? message->len : WORDS_MAX);

    labels_words(r->labels, attribute, words, len, CHARSET_GUESS);
}

static void take_meta(struct song_reading *r, const struct midi_message *message, bool is_first)
{
    if (message->data[0] == MIDI_META_TEMPO)
        take_tempo(r, message);
    else if (!r->labels)
        return;
    else if (message->data[0] == MIDI_META_KEY)
        take_key(r, message);
    else if (message->data[0] == MIDI_META_NAME && is_first)
        take_words(r, message, "title");
    else if (message->data[0] == MIDI_META_COPYRIGHT)
        take_words(r, message, "copyright");
}

static void take_message(struct song_reading *r, const struct midi_message *message, bool is_first)
{
    const uint8_t kind = message->status & 0xF0, channel = message->status & 15;

    r->last = message->tick > r->last ? message->tick : r->last;
    if (message->status == MIDI_META)
        take_meta(r, message, is_first);
    else if (kind == 0x90 && message->data[1] > 0)
        begin_note(r, channel, message->data[0], message->tick);
    else if (kind == 0x80 || kind == 0x90)
        end_note(r, channel, message->data[0], message->tick);
}

static void end_all_notes(struct song_reading *r, uint64_t tick)
{
    for (unsigned channel = 0; channel < 16; channel++)
        for (unsigned note = 0; note < 128; note++)
            end_note(r, channel, note, tick);
}

static void take_track(struct song_reading *r)
{
    struct midi_message message;
    const bool is_first = r->reader.tracks == 1;
    uint64_t tick = 0;

    while (midi_reader_next(&r->reader, &message)) {
        take_message(r, &message, is_first);
        tick = message.tick;
    }
    end_all_notes(r, tick);
}

/* ---- the file ---- */

static size_t read_input(void *input, int64_t at, void *to, size_t len)
{
    return input_read(input, at, to, len);
}

static int by_tick(const void *a, const void *b)
{
    const struct tempo_change *x = a, *y = b;

    return (x->tick > y->tick) - (x->tick < y->tick);
}

static struct song_reading *read_song(struct input *input, struct labels *labels, struct midi_song *song)
{
    struct song_reading *r = alloc_zeroed(1, sizeof(*r));

    r->input = input;
    r->labels = labels;
    r->song = song;
    *song = (struct midi_song){ .key = -1 };
    if (midi_reader_open(&r->reader, read_input, input, input->size < FILE_MOST ? input->size : FILE_MOST) &&
        (r->reader.division & ~(unsigned)MIDI_SMPTE) > 0)
        while (r->reader.tracks < TRACKS_MAX && midi_reader_track(&r->reader))
            take_track(r);
    qsort(r->tempos, r->tempo_count, sizeof(*r->tempos), by_tick);
    return r;
}

/* ---- time ---- */

/* A tick of SMPTE time has a constant length, whatever the tempo; 29 means 29.97 frames a second. */
static double smpte_tick(unsigned division)
{
    double frames = -(double)(int8_t)(division >> 8);

    return division & 0xFF && frames > 0 ? 1 / ((frames > 28.5 && frames < 29.5 ? 29.97 : frames) * (division & 0xFF))
                                         : 0;
}

static double part_seconds(const struct song_reading *r, uint64_t from, uint64_t until, double beat_us)
{
    if (r->reader.division & 0x8000)
        return (double)(until - from) * smpte_tick(r->reader.division);
    return (double)(until - from) * beat_us / 1e6 / r->reader.division;
}

/* The length, and the tempo that lasts longest in one piece with the time that it lasts. */
static double measure_length(const struct song_reading *r, double *beat_us, double *lasts)
{
    double all = 0, beat = usual_beat_us;
    uint64_t from = 0;

    *beat_us = *lasts = 0;
    for (size_t i = 0; i <= r->tempo_count; i++) {
        uint64_t until = i < r->tempo_count ? r->tempos[i].tick : r->last;
        double part = until > from ? part_seconds(r, from, until, beat) : 0;

        all += part;
        if (i > 0 && (part > *lasts || *beat_us <= 0)) {
            *lasts = part;
            *beat_us = beat;
        }
        from = until;
        beat = i < r->tempo_count ? r->tempos[i].beat_us : beat;
    }
    return all;
}

/* ---- key ---- */

/* How well each degree fits a key, from the tonic up (D. Temperley, The Cognition of Basic Musical Structures). */
static const double fits[2][12] = { { 5, 2, 3.5, 2, 4.5, 4, 2, 4.5, 2, 3.5, 1.5, 4 },
                                    { 5, 2, 3.5, 4.5, 2, 4, 2, 4.5, 3.5, 2, 1.5, 4 } };

/* Correlation of the sounding pitch classes with a key. */
static double fit_key(const double weight[12], int key)
{
    double mean[2] = { 0 }, sum[3] = { 0 };

    for (int i = 0; i < 12; i++) {
        mean[0] += weight[i] / 12;
        mean[1] += fits[key % 2][i] / 12;
    }
    for (int i = 0; i < 12; i++) {
        double x = weight[(key / 2 + i) % 12] - mean[0], y = fits[key % 2][i] - mean[1];
        sum[0] += x * y;
        sum[1] += x * x;
        sum[2] += y * y;
    }
    return sum[1] > 0 ? sum[0] / sqrt(sum[1] * sum[2]) : 0;
}

static void find_key(const double weight[12], struct midi_song *song)
{
    double best = -1, second = -1;

    for (int key = 0; song->pitched >= NOTES_FOR_A_KEY && key < MUSICAL_KEYS; key++) {
        double fit = fit_key(weight, key);

        if (fit > best) {
            second = best;
            best = fit;
            song->key = key;
        } else if (fit > second) {
            second = fit;
        }
    }
    if (best < 0.5)
        song->key = -1;
    song->key_confidence = fmin(0.95, 0.5 + 2 * (best - second));
}

/* ---- results ---- */

/* A file has whole microseconds of a beat. The intended tempo is the one with the fewest decimals that
 * gives them: 90, not 89.999955. */
static double tempo_of(double beat_us)
{
    for (double unit = 1; unit <= 1000; unit *= 10) {
        double tempo = round(60e6 / beat_us * unit) / unit;

        if (tempo > 0 && fabs(60e6 / tempo - beat_us) < 1)
            return tempo;
    }
    return 60e6 / beat_us;
}

/* Many programs write a signature of C major unasked. It is not shown if it is the only one and the notes clearly have
 * another key. */
static void judge_signature(const struct song_reading *r, struct labels *labels)
{
    const int c_major = 0;
    struct midi_song song = *r->song;

    find_key(r->weight, &song);
    if (!r->is_signed || r->is_signed_twice || r->signature != c_major || song.key < 0 ||
        fit_key(r->weight, song.key) - fit_key(r->weight, c_major) < CLEARLY_BETTER)
        return;
    for (uint32_t i = 0; i < labels->list.count; i++)
        if (text_is(labels->list.at[i].attribute, "key"))
            labels->list.at[i].shown = false;
}

/* A file of which notes are missing is truncated. */
static void note_repairs(const struct midi_reader *reader, struct labels *labels)
{
    static const enum midi_repair losses[] = { MIDI_REPAIR_CUT, MIDI_REPAIR_DAMAGE, MIDI_REPAIR_MISSING };
    char words[WORDS_MAX] = "";
    size_t len = 0;

    for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++) {
        const char *loss = midi_repair_words(losses[i]);

        if (reader->repairs[losses[i]])
            labels_words(labels, "truncated", (const uint8_t *)loss, strlen(loss), CHARSET_UTF8);
    }
    for (int i = 0; i < MIDI_REPAIRS && len < sizeof(words); i++)
        if (reader->repairs[i])
            len += (size_t)snprintf(words + len, sizeof(words) - len, "%s%s (%u)", len ? "; " : "",
                                    midi_repair_words((enum midi_repair)i), reader->repairs[i]);
    labels_words(labels, "repairs", (const uint8_t *)words, strlen(words), CHARSET_UTF8);
}

void midi_facts(struct input *input, struct labels *labels)
{
    struct midi_song song;
    struct song_reading *r = read_song(input, labels, &song);
    double beat_us, lasts, all = measure_length(r, &beat_us, &lasts);
    uint32_t before = labels->list.count;

    if (beat_us > 0 && !(r->reader.division & 0x8000))
        labels_number(labels, "bpm", tempo_of(beat_us), LABELS_BPM_MIN, LABELS_BPM_MAX);
    if (labels->list.count > before && all > 0)
        labels->list.at[before].confidence = fmin(1, lasts / all);
    judge_signature(r, labels);
    note_repairs(&r->reader, labels);
    free(r);
}

bool midi_song_read(struct input *input, struct midi_song *song)
{
    struct song_reading *r = read_song(input, NULL, song);
    double beat_us, lasts;
    bool is_song = r->reader.tracks > 0;

    song->seconds = measure_length(r, &beat_us, &lasts);
    if (!isfinite(song->seconds) || song->seconds > longest_song)
        song->seconds = 0;
    song->has_tempo = beat_us > 0;
    find_key(r->weight, song);
    free(r);
    return is_song;
}
