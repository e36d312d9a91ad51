#include <math.h>
#include <string.h>
#include <strings.h>

#include "services/streamer/tune.h"

static const double slowest = 2.0 / 3, loudest_db = 12;

double tune_tempo(double bpm, double tempo)
{
    if (!(bpm >= 20 && bpm <= 400) || !(tempo >= 20 && tempo <= 400))
        return 1;
    double ratio = tempo / bpm;
    while (ratio < slowest)
        ratio *= 2;
    while (ratio > 2 * slowest)
        ratio /= 2;
    return ratio;
}

/* The pitch class, 0 … 11, of the major key with the same notes; -1: not a key. */
static int notes_of(const char *key)
{
    static const int classes[] = { 9, 11, 0, 2, 4, 5, 7 };
    static const struct {
        const char *word;
        int up;
    } modes[] = { { "", 0 }, { "maj", 0 }, { "major", 0 }, { "m", 3 }, { "min", 3 }, { "minor", 3 } };
    char letter = key[0] >= 'a' && key[0] <= 'g' ? (char)(key[0] - 32) : key[0];

    if (letter < 'A' || letter > 'G')
        return -1;
    int class = classes[letter - 'A'];
    key++;
    if (*key == '#' || *key == 'b')
        class += *key++ == '#' ? 1 : 11;
    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
        if (strcmp(key, "M") == 0 || (strcmp(key, "m") == 0 ? i == 3 : strcasecmp(key, modes[i].word) == 0))
            return (class + (strcmp(key, "M") == 0 ? 0 : modes[i].up)) % 12;
    return -1;
}

bool tune_is_key(const char *key)
{
    return notes_of(key) >= 0;
}

double tune_shift(const char *from, const char *to)
{
    int a = notes_of(from), b = notes_of(to);

    return a < 0 || b < 0 ? 0 : (b - a + 18) % 12 - 6;
}

double tune_loudness(double lufs, double peak_db, double target)
{
    double db = target - lufs;

    if (!isfinite(db))
        return 1;
    db = db < loudest_db ? db : loudest_db;
    db = peak_db + db > 0 && db > 0 ? fmax(0, -peak_db) : db;
    return pow(10, db / 20);
}
