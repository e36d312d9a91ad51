#include "bench/query/items.h"

#include <math.h>
#include <stdio.h>

const char *const items_classes[ITEMS_CLASSES] = { "kick",   "snare", "hat_closed", "hat_open", "clap",  "tom",
                                                   "cymbal", "perc",  "bass",       "lead",     "pad",   "pluck",
                                                   "piano",  "organ", "guitar",     "strings",  "brass", "vocal",
                                                   "fx",     "noise", "texture",    "bell",     "loop",  "other" };
const char *const items_tags[ITEMS_TAGS] = { "warm",    "dark",     "bright", "dry",    "wet",   "short",
                                             "long",    "soft",     "hard",   "noisy",  "clean", "deep",
                                             "thin",    "metallic", "wooden", "glassy", "drone", "rising",
                                             "falling", "steady",   "sparse", "dense",  "lofi",  "punchy" };

static const char *const starts[20] = { "ba", "be", "bo", "da", "do", "fa", "ga", "ka", "ko", "la",
                                        "ma", "mo", "na", "pa", "ra", "ro", "sa", "ta", "va", "zo" };
static const char *const ends[20] = { "lun", "mer", "nik",  "pol", "rest", "san", "tor", "vel", "wick", "zen",
                                      "bit", "cor", "dust", "fer", "gram", "hol", "jin", "kel", "lex",  "mond" };

uint32_t items_draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t mixed = (*seed ^ *seed >> 29) * 0xBF58476D1CE4E5B9u;
    return (uint32_t)(mixed >> 32);
}

/* A random number below `count`; small numbers are much more frequent. */
static uint32_t draw_unevenly(uint64_t *seed, uint32_t count)
{
    double x = (double)items_draw(seed) / 4294967296.0;

    return (uint32_t)(x * x * count);
}

const char *items_word(uint32_t number, char to[16])
{
    snprintf(to, 16, "%s%s", starts[number / 20 % 20], ends[number % 20]);
    return to;
}

const char *items_key(int key)
{
    static const char *const keys[ITEMS_KEYS] = { "Cmaj",  "C#maj", "Dmaj",  "D#maj", "Emaj",  "Fmaj",
                                                  "F#maj", "Gmaj",  "G#maj", "Amaj",  "A#maj", "Bmaj",
                                                  "Cmin",  "C#min", "Dmin",  "D#min", "Emin",  "Fmin",
                                                  "F#min", "Gmin",  "G#min", "Amin",  "A#min", "Bmin" };

    return keys[key];
}

const char *items_family(uint32_t family)
{
    static const char *const families[ITEMS_FAMILIES] = { "drums", "tonal", "voices", "effects", "loops", "others" };

    return families[family];
}

static void make_vector(struct items_one *one, uint64_t *seed)
{
    uint64_t centre = one->class * 7919u + 1;

    for (int i = 0; i < ITEMS_VECTOR; i++) {
        double own = (double)items_draw(seed) / 4294967296.0 + (double)items_draw(seed) / 4294967296.0 - 1;
        one->vector[i] = (float)((double)items_draw(&centre) / 2147483648.0 - 1 + own);
    }
}

void items_make(uint32_t number, uint64_t seed, struct items_one *one)
{
    uint64_t own = seed * 1000003u + number, pack = seed * 77003u + number / ITEMS_IN_PACK;
    char a[16], b[16];

    (void)items_draw(&own), (void)items_draw(&pack);
    *one = (struct items_one){ .number = number, .key = -1 };
    one->class = draw_unevenly(&own, ITEMS_CLASSES);
    one->family = one->class / 4;
    snprintf(one->pack, sizeof(one->pack), "%s %s %u", items_word(items_draw(&pack) % ITEMS_WORDS, a),
             items_word(items_draw(&pack) % ITEMS_WORDS, b), number / ITEMS_IN_PACK);
    snprintf(one->name, sizeof(one->name), "%s %s %u", items_word(draw_unevenly(&own, ITEMS_WORDS), a),
             one->class % 4 ? items_classes[one->class] : items_word(draw_unevenly(&own, ITEMS_WORDS), b),
             items_draw(&own) % 100);
    for (char *c = one->name; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    if (items_draw(&own) % 10 < 4)
        one->key = (int)(items_draw(&own) % ITEMS_KEYS);
    for (uint32_t i = 0; i < 3; i++)
        one->tags |= 1u << draw_unevenly(&own, ITEMS_TAGS);
    if (items_draw(&own) % 10 < 3)
        one->bpm = 60 + items_draw(&own) % 1400 / 10.0;
    one->frames = (uint32_t)(441 * pow(10, 3.5 * items_draw(&own) / 4294967296.0));
    one->size = one->frames * 4 + 44;
    make_vector(one, &own);
}
