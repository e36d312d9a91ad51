/* engine_owner.h: the word that names the owner, and the exchange that ends each period. RT.
 *
 * A period works on a private copy of the half that counts: nothing that happens to shared memory meanwhile reaches it.
 * At its end an instance writes one of its own two halves, so that one that was paused and is resumed later writes
 * where no other reads, and exchanges the word that it saw at the beginning: if anything happened meanwhile, that
 * fails, and the period never was. Taking over is the same exchange, with another instance and the next epoch.
 *
 * Notes and captured frames are staged beside the half and published after the exchange, by the owner or by its
 * successor, at the absolute indices that the half names. An instance that is resumed within its publication finds
 * every index moved on; what it may still be copying then are the cells that it named in `showing`, and its successor
 * leaves these alone until it has ended. tests/rt/owner.pml is the model of all this. */
#ifndef LOOPHOLE_AUDIO_RT_ENGINE_OWNER_H
#define LOOPHOLE_AUDIO_RT_ENGINE_OWNER_H

#include <stdbool.h>

struct engine;
struct engine_period;

/* Any thread: takes ownership if there is no owner or it is dead (`is_dead`: known by the caller); true: it has it.
 * Resigning gives it up on an orderly end, and for good until the next claim. Without any of them the first one that
 * runs takes it. */
bool engine_claim(struct engine *engine, bool is_dead);
void engine_resign(struct engine *engine);
bool engine_owns(const struct engine *engine);

/* ---- within a period ---- */
bool engine_holds(struct engine *engine, const struct engine_period *period); /* whether it sounds the period */
bool engine_is_owner(const struct engine *engine); /* no other instance took over since the period began */
void engine_copy_in(struct engine *engine);        /* engine->half becomes a copy of the half that counts */
bool engine_flip(struct engine *engine,
                 const struct engine_period *period); /* the period counts; false: it never was */

#endif
