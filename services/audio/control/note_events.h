/* note_events.h: makes events of notes. */
#ifndef LOOPHOLE_AUDIO_NOTE_EVENTS_H
#define LOOPHOLE_AUDIO_NOTE_EVENTS_H

#include "services/audio/control/audio.h"

void audio_take_notes(struct audio *audio);

/* If the queued pattern already plays, its note is taken now, so that an ask changes the pattern and the tempo that the
 * person hears. The core publishes the note before that state. */
void audio_take_begun(struct audio *audio);

#endif
