/* engine_owner.h: the machine word that names the owner, and the exchange that ends each period. RT.
 *
 * A period works on a private copy of the valid half, so changes in shared memory do not reach it. At its end, an
 * instance writes one of its own two halves, which the other instance never writes. Then it exchanges the word that
 * it read at the beginning. If the word has changed, the exchange fails and the period has no effect. A takeover is
 * the same exchange, with another instance and the next epoch.
 *
 * Notes and captured frames are staged beside the half. After the exchange the owner or its successor publishes
 * them, at the absolute indices in the half. An instance that was paused in its publication finds every index moved
 * on. It may still be copying the cells that it named in `showing`; its successor does not use these until it has
 * ended. tests/rt/owner.pml is the model. */
#ifndef LOOPHOLE_AUDIO_RT_ENGINE_OWNER_H
#define LOOPHOLE_AUDIO_RT_ENGINE_OWNER_H

#include <stdbool.h>

struct engine;
struct engine_period;

/* Any thread. engine_claim takes ownership if there is no owner or the caller knows that it is dead (`is_dead`), and
 * returns true if this instance owns. engine_resign gives ownership up at an orderly end, and until the next claim.
 * Without any call the first instance that runs takes ownership. */
bool engine_claim(struct engine *engine, bool is_dead);
void engine_resign(struct engine *engine);
bool engine_owns(const struct engine *engine);

/* ---- in a period ---- */
bool engine_holds(struct engine *engine, const struct engine_period *period); /* true: it plays the period */
bool engine_is_owner(const struct engine *engine); /* no other instance has taken over since the period began */
void engine_copy_in(struct engine *engine);        /* copies the valid half to engine->half */
bool engine_flip(struct engine *engine, const struct engine_period *period); /* false: the period has no effect */

#endif
