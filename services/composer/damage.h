/* damage.h: looks for damaged lessons in the inbox, in slices: after the start, and once a day. A damaged inbox is
 * emptied, and the next exchange reads it again. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_DAMAGE_H
#define LOOPHOLE_COMPOSER_DAMAGE_H

#include "services/composer/state.h"

/* True if a look is due or in progress, or what it found is not removed yet. */
bool damage_is_looking(const struct composer *composer);

enum damage_found {
    DAMAGE_NONE,    /* the inbox is whole, and no look is due */
    DAMAGE_UNKNOWN, /* the look continues */
    DAMAGE_ROWS,    /* the caller removes a part of the inbox */
};

/* Looks at a slice. Errors of the fault: full, internal. */
enum damage_found damage_turn(struct composer *composer, struct txn *txn, struct fault *fault);

#endif
