/* streams.h: 32 voices that play what the streamer writes into rings. RT.
 *
 * A voice is started with a generation; it waits until the ring's header names that generation and holds enough, and
 * begins. A generation that begins at the file's own first frame begins as it is: a fade would take a drum's attack.
 * One that begins elsewhere fades in over 5 ms. When the header names another generation (a seek), what is left of the
 * old one fades out over 5 ms while the new one begins: its cells before `begin` are dropped. The same when a start
 * names another one. The last 5 ms of what is ready are held back until more comes or the end is known: should nothing
 * come, they are what fades out. Then the voice is dry, and fades in again on the very next frame when there are 10 ms.
 * A voice that is being stopped slowly fades out in the same way, and then ends.
 * The streamer writes `begin`, `source` and `end` first, then `generation` (release), and only then new cells. */
#ifndef LOOPHOLE_AUDIO_RT_STREAMS_H
#define LOOPHOLE_AUDIO_RT_STREAMS_H

#include <stdbool.h>

#include "common/rt/order.h"
#include "services/audio/rt/state/streams.h"

struct engine;

/* ---- streams_orders.c ---- */
bool streams_start(struct engine *engine, const struct order *order, uint32_t producer);
bool streams_stop(struct engine *engine, const struct order *order, uint32_t producer);
bool streams_gain(struct engine *engine, const struct order *order, uint32_t producer);
void streams_silence(struct engine *engine, uint32_t frames); /* all of them, in so many frames */

/* ---- streams.c ---- */
void streams_end(struct engine *engine, uint32_t number); /* silent, and reported */
/* What sounds fades out over the old cells before `until`, beside what comes. */
void streams_retire(struct engine *engine, struct streams_voice *voice, uint64_t until);
/* Earlier generations are silent in so many frames. */
void streams_cut_old(struct streams_voice *voice, uint32_t frames);

void streams_follow(struct engine *engine); /* at the beginning of a period: generations, what is ready */
void streams_skip(struct engine *engine, uint32_t frames); /* that were not audible */
void streams_render(struct engine *engine, uint32_t frames);
void streams_release(struct engine *engine); /* after the flip */
void streams_state(const struct engine *engine, struct state *state);

#endif
