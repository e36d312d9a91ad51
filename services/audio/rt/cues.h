/* cues.h: reads cues, and does them at their frame (cues_queue.h). RT.
 *
 * A period reads new cues at its start. A later one waits, and is refused if there is no room. Cues for the
 * same frame are done in the order in which they were read. */
#ifndef LOOPHOLE_AUDIO_RT_CUES_H
#define LOOPHOLE_AUDIO_RT_CUES_H

struct engine;

void cues_read(struct engine *engine);    /* from the rings */
void cues_due(struct engine *engine);     /* does the cues whose frame has come */
void cues_release(struct engine *engine); /* after the flip: frees their cells in the rings */

#endif
