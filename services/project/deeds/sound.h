/* sound.h: what sounds belongs to the open project. It follows the audio core into one part of the project
 * (parts/sound_body.h), without steps of undo, and sets the core from that part when another project is open, when the
 * part was changed by an edit or a load, or when a fresh core plays. The core notes which project keeps its sound, and
 * the revision of the part; so nothing is set twice, and nothing over a core that lives.
 *
 *   look ─► ask what sounds ─► has it changed? write the part ─► is it of the open project? ─► note it
 *                                                                └── no: set all, note it ◄──┘
 *
 * A change whose client waits is written at once; the core answers the client when it is kept. Other changes are
 * written a fifth of a second after the last one, and once a second while they go on. Without an open project nothing
 * is written, and the core gets a report of that. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_H
#define LOOPHOLE_PROJECT_SOUND_H

#include "services/project/base/project.h"

/* Hears the audio core, and looks once. Errors (explained): full. */
enum err sound_open(struct project *p, struct fault *fault);
void sound_close(struct project *p);

void sound_look(struct project *p); /* a project was changed or opened: look at once */

#endif
