/* change.h: the end of an ask that may have changed the sound: it is answered after the open project has stored the
 * change (held_answers.h). The control thread. */
#ifndef LOOPHOLE_AUDIO_CHANGE_H
#define LOOPHOLE_AUDIO_CHANGE_H

#include "services/audio/control/audio.h"

enum err change_end(struct audio *audio, struct call *call, enum err e, void *answer); /* ends a handler; returns `e` */
void change_send(struct audio *audio, struct call *call, struct ticket ticket, void *answer); /* ends a deferred call */
void change_report(struct audio *audio); /* publishes the event `sounding_changed` when it is due */

#endif
