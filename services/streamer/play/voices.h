/* voices.h: all voices: taken over from a predecessor, found, told of notes, and closed. */
#ifndef LOOPHOLE_STREAMER_VOICES_H
#define LOOPHOLE_STREAMER_VOICES_H

#include "services/streamer/play/voice_state.h"

/* Takes over the voices of a predecessor, and settles what it did for asks. Call it before the first cue of this
 * process, which changes the count of cues. */
void voices_open(struct voices *voices);

/* Plays them on. Call it after the notes that the predecessor left, and before any other cue. */
void voices_resume(struct voices *voices);
void voices_close(struct voices *voices); /* a voice sounds until its ring is empty */
void voices_tick(struct voices *voices);
void voices_note(struct voices *voices, const struct note *note);

/* True if any voice is not free. */
bool voices_busy(const struct voices *voices);
struct voice *voices_find(struct voices *voices, struct id request); /* the voice that this ask started, or NULL */

/* Call it before the voices for which `is_one` is true are stopped: checks that all their cues have room, and prepares
 * the call's answer. Errors: busy. */
enum err voices_may_stop(struct voices *voices, struct call *call, bool (*is_one)(const struct voice *, const void *),
                         const void *state);

#endif
