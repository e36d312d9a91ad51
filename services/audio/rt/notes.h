/* notes.h: what happened, for the rings `notes.N`. RT.
 *
 * Notes are kept until the period's end, staged beside its half, and published in each ring after the flip, at the
 * index that the half names: a period that is thrown away reports nothing, and one that counts reports it once, even if
 * both instances publish it. */
#ifndef LOOPHOLE_AUDIO_RT_NOTES_H
#define LOOPHOLE_AUDIO_RT_NOTES_H

#include "services/audio/rt/state/notes.h"

struct core_stage;
struct engine;

/* The frame is now. A consumer that is none gets nothing. */
void notes_tell(struct engine *engine, uint32_t consumer, struct note note);
void notes_tell_all(struct engine *engine, struct note note);
void notes_begin(struct engine *engine);                                   /* at the period's beginning */
void notes_stage(struct engine *engine, struct core_stage *stage);         /* before the flip */
void notes_copy_in(struct engine *engine, const struct core_stage *stage); /* what a predecessor staged */
void notes_show(struct engine *engine);                                    /* after the flip, any number of times */

#endif
