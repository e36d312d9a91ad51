#include "services/composer/offers/sound.h"

#include <math.h>

#include "proto/wire/base64.h"
#include "store/catalogue_facts.h"

/* The demo library has 16,800 pairs of about one length from different packs. No two different sounds among them were
 * nearer than 0.2. Of the copies by MP3 at 128 kbit/s, by Vorbis, at another rate or at another level, at least nine in
 * ten are nearer. */
enum { LIKE_MOST = 15 * SOUND_UNITS / 100, LENGTH_MS = 60, LENGTH_PART = 100, WIRE = 4 + 2 * SOUND_NUMBERS };

static bool is_silent(const struct facts *facts)
{
    for (uint32_t i = 0; i < facts->each.count; i++)
        if (text_is(facts->each.at[i].attribute, "silent"))
            return facts->each.at[i].number > 0;
    return false;
}

static int16_t unit_of(double number)
{
    double unit = isfinite(number) ? round(number * SOUND_UNITS) : 0;

    return (int16_t)fmax(-INT16_MAX, fmin(INT16_MAX, unit));
}

static void take_numbers(const struct embedding *from, struct sound_form *to)
{
    const struct real_list *const blocks[] = { (const void *)&from->spectrum, (const void *)&from->timbre,
                                               (const void *)&from->pitch, (const void *)&from->amplitude,
                                               (const void *)&from->rhythm };
    uint32_t count = 0;

    for (size_t b = 0; b < sizeof(blocks) / sizeof(*blocks); b++)
        for (uint32_t i = 0; i < blocks[b]->count && count < SOUND_NUMBERS; i++)
            to->at[count++] = unit_of(blocks[b]->at[i]);
}

enum err sound_of_item(struct txn *txn, struct arena *arena, const struct media *media, struct sound_form *to,
                       bool *has)
{
    struct embedding embedding = { 0 };
    struct facts facts = { 0 };
    uint64_t ms = media->sample_rate ? (uint64_t)media->frames * 1000 / media->sample_rate : 0;
    enum err e;

    *to = (struct sound_form){ 0 };
    *has = false;
    if (!ms || ms > INT32_MAX || !media->content.len)
        return ERR_OK;
    e = catalogue_embedding(txn, arena, media->content, &embedding);
    if (e == ERR_OK)
        e = catalogue_subject_facts(txn, arena, media->content, &facts);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    to->ms = (uint32_t)ms;
    take_numbers(&embedding, to);
    *has = !is_silent(&facts);
    return ERR_OK;
}

/* ---- the wire ---- */

struct text sound_write(struct arena *arena, const struct sound_form *sound)
{
    uint8_t wire[WIRE] = { (uint8_t)(sound->ms >> 24), (uint8_t)(sound->ms >> 16), (uint8_t)(sound->ms >> 8),
                           (uint8_t)sound->ms };
    struct buffer base64 = { 0 };

    for (uint32_t i = 0; i < SOUND_NUMBERS; i++) {
        wire[4 + 2 * i] = (uint8_t)((uint16_t)sound->at[i] >> 8);
        wire[5 + 2 * i] = (uint8_t)sound->at[i];
    }
    base64_write(&base64, bytes_of(wire, sizeof(wire)));
    return arena_take(arena, &base64);
}

bool sound_read(struct text from, struct arena *arena, struct sound_form *to)
{
    struct bytes wire = { 0, NULL };

    if (!base64_read(from, arena, &wire) || wire.len != WIRE)
        return false;
    to->ms = (uint32_t)wire.at[0] << 24 | (uint32_t)wire.at[1] << 16 | (uint32_t)wire.at[2] << 8 | wire.at[3];
    for (uint32_t i = 0; i < SOUND_NUMBERS; i++)
        to->at[i] = (int16_t)(wire.at[4 + 2 * i] << 8 | wire.at[5 + 2 * i]);
    return true;
}

/* ---- copies ---- */

uint32_t sound_shortest(uint32_t ms)
{
    uint32_t less = LENGTH_MS + ms / LENGTH_PART;

    return ms > less ? ms - less : 0;
}

uint32_t sound_longest(uint32_t ms)
{
    return ms + LENGTH_MS + ms / LENGTH_PART;
}

uint64_t sound_distance(const struct sound_form *a, const struct sound_form *b)
{
    const uint64_t most = (uint64_t)LIKE_MOST * LIKE_MOST;
    uint64_t sum = 0;

    if (b->ms < sound_shortest(a->ms) || b->ms > sound_longest(a->ms))
        return UINT64_MAX;
    for (uint32_t i = 0; i < SOUND_NUMBERS; i++) {
        int64_t difference = (int64_t)a->at[i] - b->at[i];
        sum += (uint64_t)(difference * difference);
    }
    return sum <= most ? sum : UINT64_MAX;
}
