/* take_again.h: asks that are repeated after the death of a streamer. */
#ifndef LOOPHOLE_STREAMER_TAKE_AGAIN_H
#define LOOPHOLE_STREAMER_TAKE_AGAIN_H

#include "services/streamer/record/take_state.h"

/* persist has an item of the ask that begins this take: fills `answer`. `is_again` is false if the take must begin.
 * Errors: conflict, not_found (that take is gone), those of locate_read. */
enum err take_begun_again(struct takes *takes, struct call *call, struct recording *answer, bool *is_again);

/* The same after the recovery of takes: true when the ask is answered, and the take is free. */
bool take_answers_again(struct take *take);

/* For an ask to end a take that the dead streamer got. True: the ask is answered, or fails with `error`. False: the end
 * of the take had not begun, or the ask waits. */
bool take_ends_again(struct takes *takes, struct call *call, struct recording *answer, enum err *error);
void take_answer_end(struct takes *takes, struct ticket ticket); /* for such an ask that waited */

/* A take was deleted for this same ask. Errors: conflict, those of locate_read. */
enum err take_deleted_again(struct takes *takes, struct call *call, bool *is_again);

#endif
