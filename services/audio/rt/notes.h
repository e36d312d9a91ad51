/* notes.h: what happened, for the rings `notes.N`. RT.
 *
 * Notes are kept until the period's end, written behind what each ring shows, and shown after the flip: a period that
 * is thrown away tells nothing, and one that counts tells it once, whoever goes on from it. */
#ifndef LOOPHOLE_AUDIO_RT_NOTES_H
#define LOOPHOLE_AUDIO_RT_NOTES_H

#include "common/rt/order.h"

enum { NOTES_PERIOD = 512 }; /* for one consumer; more are lost, and counted */

struct notes {
    uint64_t written[ORDERS_RINGS]; /* index past the last one of the half */
    uint64_t lost;
};

struct notes_kept {
    uint32_t count;
    struct note note[NOTES_PERIOD];
};

struct engine;

/* The frame is now. A consumer that is none gets nothing. */
void notes_tell(struct engine *engine, uint32_t consumer, struct note note);
void notes_tell_all(struct engine *engine, struct note note);
void notes_write(struct engine *engine); /* before the flip */
void notes_show(struct engine *engine);  /* after it */

#endif
