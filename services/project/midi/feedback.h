/* feedback.h: shows the values of the open project's targets on the devices: lights, rings of encoders, motors. The
 * loop's thread.
 *
 *   a change, another project, a device ─► look at mixer, transport, rows ─► what differs ─► audio.send_midi
 */
#ifndef LOOPHOLE_PROJECT_FEEDBACK_H
#define LOOPHOLE_PROJECT_FEEDBACK_H

#include "services/project/base/project.h"
#include "services/project/midi/live.h"

struct midi_feedback;

/* `live` are `count` bindings; they outlive the feedback. Errors (explained): full. */
enum err feedback_open(struct project *p, struct midi_live *live, uint32_t count, struct midi_feedback **to,
                       struct fault *fault);
void feedback_close(struct midi_feedback *feedback);

void feedback_look(struct midi_feedback *feedback); /* values or bindings may have changed */

#endif
