/* preview_voice.h: the voice of the previewed sound, from its parameters to its end. */
#ifndef LOOPHOLE_STREAMER_PREVIEW_VOICE_H
#define LOOPHOLE_STREAMER_PREVIEW_VOICE_H

#include "services/streamer/play/preview_state.h"

void preview_stop(struct preview *preview);

/* ---- for preview.c and preview_chain.c ---- */
enum err preview_play(struct preview *preview, struct fault *fault); /* plays `waiting` */

/* Fails the preview and its ask. */
void preview_fail(struct preview *preview, const char *path, const struct fault *fault);
void preview_publish_failure(struct preview *preview, const char *path, const struct fault *fault);

/* Puts the part of the sound that the ask wants into the plan; a treatment counts unless the ask wants the whole. */
void preview_plan_part(const struct streamer_preview *wish, const struct treatment *treatment, struct voice_plan *plan);
struct preview_begun preview_begun_of(const struct voice *voice, double gain);

#endif
