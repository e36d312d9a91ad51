/* preview.h: the one sound that a person previews, on the preview ports. It changes nothing in store, score or
 * transport, except that it starts the transport if the ask wants that. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_PREVIEW_H
#define LOOPHOLE_STREAMER_PREVIEW_H

#include "services/streamer/play/preview_state.h"

/* True when a predecessor began this ask and its preview sounds: fills the answer. */
bool preview_is_begun(struct preview *preview, const struct call *call, struct preview_begun *answer);

/* Answers `call` later with a preview_begun. Errors: those of locate_find and voice_play; bad_request (unknown key). */
enum err preview_begin(struct preview *preview, struct call *call, const struct streamer_preview *ask);

/* Previews the following item in the same way. Errors: those of locate_next and locate_find; not_found (the last one
 * was the last of the list). */
enum err preview_next(struct preview *preview, struct call *call, const struct streamer_preview_next *ask);
void preview_ended(struct preview *preview, const struct voice *voice); /* call it when a voice is silent */

#endif
