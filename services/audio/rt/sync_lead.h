/* sync_lead.h: JACK's transport follows ours. RT.
 *
 * JACK gets the transport's starts, stops and locates as requests, and the place of each cycle (bbt.h). It rolls three
 * cycles after a request. After a count-in it begins with the music; otherwise it joins the music at the right frame.
 * A tempo is reported one period before it takes effect. */
#ifndef LOOPHOLE_AUDIO_RT_SYNC_LEAD_H
#define LOOPHOLE_AUDIO_RT_SYNC_LEAD_H

#include <stdint.h>

struct engine;

uint32_t sync_mode(const struct engine *engine); /* enum score_sync */

void sync_jack_lead(struct engine *engine); /* at the start of a period, including its tempo */
void sync_say_lead(struct engine *engine);  /* at the end of a period: reports the next one */

void sync_jack_locate(struct engine *engine, double place); /* asks JACK to go there */
void sync_jack_roll(struct engine *engine);                 /* asks JACK to roll, unless it was asked before */
void sync_jack_stop(struct engine *engine);

#endif
