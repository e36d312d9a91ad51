/* sound.h: keeps the current sound as a part of the open project. The service copies the state of the audio core into
 * that part (parts/sound_body.h), without steps of undo. It sets the core from that part when another project is
 * opened, when an edit or a load changed the part, or when a fresh core plays. The core records the project that keeps
 * its sound, and the revision of the part. So the service sets nothing twice, and overwrites nothing that a running
 * core plays.
 *
 *   look ─► ask for the sound ─► has it changed? write the part ─► is it of the open project? ─► note it
 *                                                                └── no: set all, note it ◄──┘
 *
 * If a client waits for a change, the service writes it at once, and the core answers the client when the change is
 * kept. Other changes are written a fifth of a second after the last one, and once a second while more changes come.
 * Without an open project nothing is written, and the core gets a report of that. An ask that opens a project, or
 * changes its sound, is answered when the core has that sound. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_H
#define LOOPHOLE_PROJECT_SOUND_H

#include "schema_persist.h"
#include "services/project/base/project.h"

/* Subscribes to the events of the audio core, and looks once. Errors (explained): full. */
enum err sound_open(struct project *p, struct fault *fault);
void sound_close(struct project *p);

void sound_look(struct project *p); /* a project was changed or opened: look at once */

/* Looks at once. Calls `done` with true when the core has the sound of the open project, or with false at `until`
 * (steady clock). Returns false, and calls nothing, if the core has it already, if there is no core, or with *is_silent
 * if the core does not answer. */
bool sound_wait(struct project *p, struct txn *txn, usec_t until, void (*done)(void *state, bool is_set), void *state,
                bool *is_silent);

/* The change that gives the project's pads these ones becomes a step of undo, with the action `also`, when it is
 * written. A change of other pads does not. The body of `also` and the pads are copied. Returns its number. Of two, the
 * later one counts. */
uint64_t sound_step_begin(struct project *p, struct id project, struct text label, struct action also,
                          const struct audio_set_pads *pads);
/* `is_set`: the core has the pads, but they are not written yet. Otherwise no such change comes any more. */
void sound_step_end(struct project *p, uint64_t number, bool is_set);

/* A copy of what the core answers, which is valid until the next ask. */
struct silent_sound_list sound_copy_silent(const struct silent_sound_list *from, struct arena *arena);

/* True if the core had the sound of this project at the last look at it. */
bool sound_is_of(const struct project *p, struct id project);

#endif
