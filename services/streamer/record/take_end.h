/* take_end.h: a take ends: persist gets its end, or the take fails, or it stays pending. */
#ifndef LOOPHOLE_STREAMER_TAKE_END_H
#define LOOPHOLE_STREAMER_TAKE_END_H

#include "services/streamer/record/take_state.h"

/* Reports the end to persist until it acknowledges it. */
void take_end(struct take *take);
void take_end_again(struct take *take); /* each tick: repeats a report that was not acknowledged */

/* Before it runs; first removes its item, if there is one. */
void take_fail(struct take *take, const struct fault *fault);
void take_leave(struct take *take, const struct fault *fault); /* leaves its item pending; `recover` tries again */
void take_note_recovered(struct take *take);                   /* for `recover` */
void take_answer_late(struct take *take); /* each tick: an ask to end it does not wait for a disk that hangs */

/* Why an ask to end the take fails now, although the take goes on to its end. `silent`: how long its disk has not
 * answered. */
enum take_late take_why_late(const struct take *take, usec_t now, usec_t silent);

/* Adds what the store lacks, if `to` is the last take that stayed a WAV. */
void take_recall_remark(const struct takes *takes, struct recording *to);

#endif
