#include "services/search/camelot.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const NAMES[24] = {
    "Cmaj",  "Cmin",  "C#maj", "C#min", "Dmaj",  "Dmin",  "D#maj", "D#min", "Emaj",  "Emin",  "Fmaj", "Fmin",
    "F#maj", "F#min", "Gmaj",  "Gmin",  "G#maj", "G#min", "Amaj",  "Amin",  "A#maj", "A#min", "Bmaj", "Bmin",
};
static const int TONES[7] = { 9, 11, 0, 2, 4, 5, 7 }; /* of A to G */

static const struct mode {
    const char *word;
    int minor;
} MODES[] = { { "", 0 },  { "maj", 0 }, { "major", 0 }, { "dur", 0 },
              { "m", 1 }, { "min", 1 }, { "minor", 1 }, { "moll", 1 } };

const char *camelot_name(int key)
{
    return NAMES[key];
}

void camelot_near(int key, int near[CAMELOT_NEAR])
{
    int tone = key / 2, minor = key % 2;

    near[0] = key;
    near[1] = (tone + (minor ? 3 : 9)) % 12 * 2 + !minor;
    near[2] = (tone + 7) % 12 * 2 + minor;
    near[3] = (tone + 5) % 12 * 2 + minor;
}

/* "8A": the wheel counts fifths, 8A is A minor and 8B C major. */
static bool read_wheel(const char *word, int *key)
{
    char *end;
    long hour = strtol(word, &end, 10);
    int minor = toupper((unsigned char)*end) == 'A';

    if (hour < 1 || hour > 12 || (!minor && toupper((unsigned char)*end) != 'B') || end[1])
        return false;
    *key = (int)((hour + 4) * 7 + (minor ? 9 : 0)) % 12 * 2 + minor;
    return true;
}

static int read_accidental(const char **at)
{
    static const char SHARP[] = "\xE2\x99\xAF", FLAT[] = "\xE2\x99\xAD";
    int shift = 0;

    for (;; shift += **at == 'b' ? -1 : 1, (*at)++) {
        if (strncmp(*at, SHARP, 3) == 0 || strncmp(*at, FLAT, 3) == 0) {
            shift += strncmp(*at, SHARP, 3) == 0 ? 1 : -1;
            *at += 3;
        }
        if (**at != '#' && **at != 'b')
            return shift;
    }
}

bool camelot_read(struct text from, int *key)
{
    char word[24];
    const char *at = word;
    int tone;

    if (!text_copy(word, sizeof(word), from) || strlen(word) != from.len)
        return false;
    if (isdigit((unsigned char)*word))
        return read_wheel(word, key);
    if (toupper((unsigned char)*at) < 'A' || toupper((unsigned char)*at) > 'G')
        return false;
    tone = TONES[toupper((unsigned char)*at++) - 'A'];
    tone = (tone + read_accidental(&at) + 24) % 12;
    at += strspn(at, " -_");
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        bool same =
            strcmp(at, "M") == 0 ? strcmp(MODES[i].word, "maj") == 0 : strcasecmp(at, MODES[i].word) == 0;
        if (same) {
            *key = tone * 2 + MODES[i].minor;
            return true;
        }
    }
    return false;
}
