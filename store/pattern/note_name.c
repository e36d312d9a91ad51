#include "store/pattern/note_name.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { A4 = 69, OCTAVE = 12, HIGHEST = 127 };
static const double A4_HZ = 440;

double note_hz(int note)
{
    return A4_HZ * exp2((note - A4) / (double)OCTAVE);
}

double note_of_hz(double hz)
{
    return A4 + OCTAVE * log2(hz / A4_HZ);
}

/* Cuts an accidental off `rest`; returns its semitones. */
static int take_accidental(struct text *rest)
{
    static const struct {
        const char *sign;
        int semitones;
    } signs[] = { { "#", 1 }, { "♯", 1 }, { "b", -1 }, { "♭", -1 }, { "♮", 0 } };

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        const struct text sign = text_of(signs[i].sign);

        if (!text_starts(*rest, sign))
            continue;
        *rest = (struct text){ rest->len - sign.len, rest->at + sign.len };
        return signs[i].semitones;
    }
    return 0;
}

/* Reads -1 to 9. */
static bool read_octave(struct text from, int *octave)
{
    const bool below = from.len == 2 && from.at[0] == '-' && from.at[1] == '1';

    if (!below && !(from.len == 1 && isdigit((unsigned char)from.at[0])))
        return false;
    *octave = below ? -1 : from.at[0] - '0';
    return true;
}

bool note_name_read(struct text name, int *note)
{
    static const int semitones[] = { ['A' - 'A'] = 9, ['B' - 'A'] = 11, ['C' - 'A'] = 0, ['D' - 'A'] = 2,
                                     ['E' - 'A'] = 4, ['F' - 'A'] = 5,  ['G' - 'A'] = 7 };
    int letter = name.len ? toupper((unsigned char)name.at[0]) : 0, octave, sharp;
    struct text rest;

    if (letter < 'A' || letter > 'G')
        return false;
    rest = (struct text){ name.len - 1, name.at + 1 };
    sharp = take_accidental(&rest);
    if (!read_octave(rest, &octave))
        return false;
    *note = OCTAVE * (octave + 1) + semitones[letter - 'A'] + sharp;
    return *note >= 0 && *note <= HIGHEST;
}

const char *note_name_write(int note, char to[NOTE_NAME_SIZE])
{
    static const char *const names[OCTAVE] = { "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B" };

    (void)snprintf(to, NOTE_NAME_SIZE, "%s%d", names[(unsigned)note % OCTAVE], (int8_t)(note / OCTAVE - 1));
    return to;
}
