/* autosave.h: keeps the last states of each project as files that a person can read, in .autosave/PROJECT-ID in its
 * folder; and says which projects have a state that differs from their save and was never answered. The store remains
 * the truth: what it acknowledged is not lost, whatever becomes of these files. The loop's thread.
 *
 * A change is autosaved 5 s later, with all changes until then; the open project is looked at every 90 s too, since
 * another service may have changed it. A state that is like the newest set is not written again. If a set cannot be
 * written, the project says so until one is, and it is tried again every 90 s. */
#ifndef LOOPHOLE_PROJECT_AUTOSAVE_H
#define LOOPHOLE_PROJECT_AUTOSAVE_H

#include "services/project/autosave/autosave_look.h"

void autosave_open(struct project *p);
void autosave_tick(void *project); /* once a second */
void autosave_close(struct project *p);

/* The folder of the project may be another one: its sets are read. So is that of each project after a start. */
void autosave_look_at(struct project *p, struct id project);

/* What a person may recover; NULL: nothing. One that is not from elsewhere counts only while the project differs from
 * its save. Valid until the end of the turn. */
const struct autosave_offer *autosave_offered(const struct project *p, struct id project);
void autosave_answered(struct project *p, struct id project); /* it is no longer offered */

/* The project is as one of its saves, as a person asked: what the store had before is no longer offered. What comes
 * from elsewhere still is. */
void autosave_settled(struct project *p, struct id project);

/* Why the last set of the project could not be written; "": it was. */
const char *autosave_trouble(const struct project *p, struct id project);

/* The projects that have an offer or a trouble; returns their number, at most `most`. */
uint32_t autosave_list(const struct project *p, struct id *ids, uint32_t most);

/* Autosaves the project next, as before an import. Calls `done` once, when that is over, at the latest at `until`
 * (steady clock); then autosave_checkpoint_made says what was written. */
void autosave_checkpoint(struct project *p, struct id project, usec_t until, void (*done)(void *state), void *state);

/* The set of the last checkpoint of a project; its second is 0: none was written, or not yet. */
struct set_name autosave_checkpoint_made(const struct project *p, struct id project);

/* Why it has none; "": it has one, or the project had nothing to lose. */
const char *autosave_checkpoint_trouble(const struct project *p, struct id project);

/* Calls `done` once, when no autosave of this project is being written; of the zero id: when all projects were looked
 * at after the start. At the latest at `until` (steady clock). False: that is so already, and `done` is not called. */
bool autosave_wait(struct project *p, struct id project, usec_t until, void (*done)(void *state), void *state);

#endif
