#include "common/musical_key.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { WORD_SIZE = 24, TONES = 12, FIFTH = 7 };

static const char *const NAMES[MUSICAL_KEYS] = {
    "Cmaj",  "Cmin",  "C#maj", "C#min", "Dmaj",  "Dmin",  "D#maj", "D#min", "Emaj",  "Emin",  "Fmaj", "Fmin",
    "F#maj", "F#min", "Gmaj",  "Gmin",  "G#maj", "G#min", "Amaj",  "Amin",  "A#maj", "A#min", "Bmaj", "Bmin",
};

static const struct mode {
    const char *word;
    bool minor;
} MODES[] = { { "", false }, { "maj", false }, { "major", false }, { "ma", false }, { "dur", false },
              { "m", true }, { "min", true },  { "minor", true },  { "mi", true },  { "moll", true } };

const char *musical_key_name(int key)
{
    return NAMES[key];
}

int musical_key_notes(int key)
{
    return (key / 2 + (key % 2 ? 3 : 0)) % TONES;
}

void musical_key_near(int key, int near[MUSICAL_KEY_NEAR])
{
    int tone = key / 2, minor = key % 2;

    near[0] = key;
    near[1] = (tone + (minor ? 3 : 9)) % TONES * 2 + !minor;
    near[2] = (tone + FIFTH) % TONES * 2 + minor;
    near[3] = (tone + TONES - FIFTH) % TONES * 2 + minor;
}

/* Copies the text without separators; accidentals become '#' or 'b'. */
static bool squeeze_text(struct text from, char to[WORD_SIZE])
{
    size_t made = 0;

    for (uint32_t i = 0; i < from.len; i++) {
        struct text rest = { from.len - i, from.at + i };
        bool sharp = text_starts(rest, TEXT("♯")), flat = text_starts(rest, TEXT("♭"));
        if (*rest.at == 0 || made == WORD_SIZE - 1)
            return false;
        if (*rest.at == ' ' || *rest.at == '-' || *rest.at == '_')
            continue;
        if (sharp || flat)
            i += 2;
        to[made++] = sharp ? '#' : flat ? 'b' : *rest.at;
    }
    to[made] = 0;
    return made > 0;
}

/* Camelot counts fifths from 8B, Open Key from 1d; both are C major. */
static bool read_position(const char *word, int *key)
{
    unsigned number;
    char mode, more;

    if (sscanf(word, "%2u%c%c", &number, &mode, &more) != 2 || number < 1 || number > TONES)
        return false;
    mode = (char)tolower((unsigned char)mode);
    if (!strchr("abdm", mode))
        return false;
    bool minor = mode == 'a' || mode == 'm', camelot = mode == 'a' || mode == 'b';
    unsigned fifths = number + (camelot ? 4 : 11);
    *key = (int)(FIFTH * fifths + (minor ? 9 : 0)) % TONES * 2 + minor;
    return true;
}

static bool read_tone(const char **at, int *tone)
{
    static const int tones[] = { 9, 11, 0, 2, 4, 5, 7 }; /* of A to G */
    int letter = toupper((unsigned char)**at);

    if (letter < 'A' || letter > 'G')
        return false;
    *tone = tones[letter - 'A'];
    for ((*at)++; **at == '#' || **at == 'b'; (*at)++)
        *tone += **at == '#' ? 1 : TONES - 1;
    *tone %= TONES;
    return true;
}

static bool read_mode(const char *word, bool *minor)
{
    *minor = false;
    if (strcmp(word, "M") == 0)
        return true;
    for (size_t i = 0; i < sizeof(MODES) / sizeof(*MODES); i++)
        if (strcasecmp(word, MODES[i].word) == 0) {
            *minor = MODES[i].minor;
            return true;
        }
    return false;
}

bool musical_key_read(struct text from, int *key)
{
    char word[WORD_SIZE];
    const char *at = word;
    bool minor;
    int tone;

    if (!squeeze_text(from, word))
        return false;
    if (read_position(word, key))
        return true;
    if (!read_tone(&at, &tone) || !read_mode(at, &minor))
        return false;
    *key = tone * 2 + minor;
    return true;
}
