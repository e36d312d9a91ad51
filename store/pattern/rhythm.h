/* rhythm.h: a small embedding of a pattern's rhythm: when low, middle and high rows sound in a bar, with swing and
 * accents; how often the rhythm repeats within the bar; and how dense and syncopated it is. Patterns of other rows,
 * sounds, tempo and length can be compared. Pure. Any thread. */
#ifndef LOOPHOLE_STORE_RHYTHM_H
#define LOOPHOLE_STORE_RHYTHM_H

#include "schema_pattern.h"

enum { RHYTHM_STEPS = 16, RHYTHM_BANDS = 3, RHYTHM_LAGS = 8, RHYTHM_MORE = 3 };
enum { RHYTHM_SIZE = RHYTHM_BANDS * RHYTHM_STEPS + RHYTHM_LAGS + RHYTHM_MORE };

struct rhythm {
    float at[RHYTHM_SIZE];
};

/* Of a checked pattern; muted rows count. A pattern without steps that sound gives zeros. */
void rhythm_of(const struct pattern *pattern, struct rhythm *to);

double rhythm_distance(const struct rhythm *one, const struct rhythm *other); /* 0: equal; 2: nothing in common */

#endif
