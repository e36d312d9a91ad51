#include "services/streamer/play/tune.h"

#include <math.h>

#include "common/musical_key.h"

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

double tune_shift(const char *from, const char *to)
{
    int a, b;

    if (!musical_key_read(text_of(from), &a) || !musical_key_read(text_of(to), &b))
        return 0;
    return (musical_key_notes(b) - musical_key_notes(a) + 18) % 12 - 6;
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
