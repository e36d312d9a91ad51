#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "services/worker/key.h"

enum { KEY_WORDS_MAX = 24 };

static const char *const notes[12] = { "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B" };

/* Removes spaces and writes the signs as # and b. */
static bool squeeze(struct text words, char to[KEY_WORDS_MAX])
{
    size_t made = 0;

    for (uint32_t i = 0; i < words.len; i++) {
        struct text rest = { words.len - i, words.at + i };
        char c = *rest.at;
        if (c == ' ' || c == '-' || c == '_')
            continue;
        if (text_starts(rest, TEXT("\u266F")) || text_starts(rest, TEXT("\u266D"))) {
            c = text_starts(rest, TEXT("\u266F")) ? '#' : 'b';
            i += 2;
        }
        if (made == KEY_WORDS_MAX - 1)
            return false;
        to[made++] = c;
    }
    to[made] = 0;
    return made > 0;
}

static bool is_any(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcasecmp(word, *list) == 0)
            return true;
    return false;
}

static bool read_mode(const char *word, bool *minor)
{
    static const char *const minors[] = { "min", "minor", "mi", NULL };
    static const char *const majors[] = { "", "maj", "major", "ma", NULL };

    *minor = strcmp(word, "m") == 0 || is_any(word, minors);
    return *minor || strcmp(word, "M") == 0 || is_any(word, majors);
}

static bool read_note(const char **at, int *note)
{
    static const int tones[7] = { 9, 11, 0, 2, 4, 5, 7 }; /* A to G */
    int letter = toupper((unsigned char)**at);

    if (letter < 'A' || letter > 'G')
        return false;
    *note = tones[letter - 'A'];
    (*at)++;
    if (**at == '#' || **at == 'b')
        *note += *(*at)++ == '#' ? 1 : 11;
    *note %= 12;
    return true;
}

/* Around the circle of fifths: Camelot counts from 8B and Open Key from 1d, both C major. */
static bool read_wheel(const char *word, int *note, bool *minor)
{
    unsigned number;
    char mode, more;

    if (sscanf(word, "%2u%c%c", &number, &mode, &more) != 2 || number < 1 || number > 12)
        return false;
    mode = (char)tolower((unsigned char)mode);
    if (!strchr("abmd", mode))
        return false;
    bool camelot = mode == 'a' || mode == 'b';
    *minor = mode == 'a' || mode == 'm';
    *note = (int)(7 * (number + (camelot ? 4 : 11)) + (*minor ? 9 : 0)) % 12;
    return true;
}

bool key_read(struct text words, char to[KEY_SIZE])
{
    char word[KEY_WORDS_MAX];
    const char *at = word;
    bool minor;
    int note;

    if (!squeeze(words, word))
        return false;
    if (!read_wheel(word, &note, &minor) && !(read_note(&at, &note) && read_mode(at, &minor)))
        return false;
    snprintf(to, KEY_SIZE, "%s%s", notes[note], minor ? "min" : "maj");
    return true;
}
