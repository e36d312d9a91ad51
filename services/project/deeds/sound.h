/* sound.h: what sounds belongs to the open project. It follows the audio core into one part of the project
 * (parts/sound_body.h), without steps of undo, and sets the core from that part when another project is open, when the
 * part was changed by an edit or a load, or when a fresh core plays. The core notes which project keeps its sound, and
 * the revision of the part; so nothing is set twice, and nothing over a core that lives.
 *
 *   look ─► ask what sounds ─► has it changed? write the part ─► is it of the open project? ─► note it
 *                                                                └── no: set all, note it ◄──┘
 *
 * A change whose client waits is written at once; the core answers the client when it is kept. Other changes are
 * written a fifth of a second after the last one, and once a second while more changes come. Without an open project
 * nothing is written, and the core gets a report of that. An ask that opens a project, or changes what it is to
 * sound, is answered when the core has it. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_H
#define LOOPHOLE_PROJECT_SOUND_H

#include "services/project/base/project.h"

/* Hears the audio core, and looks once. Errors (explained): full. */
enum err sound_open(struct project *p, struct fault *fault);
void sound_close(struct project *p);

void sound_look(struct project *p); /* a project was changed or opened: look at once */

/* Looks at once, and calls `done` when the core has what the open project is to sound, or with false at `until` (steady
 * clock). Returns false, and calls nothing, if the core has it already, if there is no core, or with *is_silent if the
 * core does not answer. */
bool sound_wait(struct project *p, struct txn *txn, usec_t until, void (*done)(void *state, bool is_set), void *state,
                bool *is_silent);

#endif
