/* take_report.h: answers and events about a take. */
#ifndef LOOPHOLE_STREAMER_TAKE_REPORT_H
#define LOOPHOLE_STREAMER_TAKE_REPORT_H

#include "services/streamer/record/take_state.h"

void take_cut_tell(const struct take_cut *cut, struct recording *to); /* `to` refers to `cut` */
void take_describe(struct take *take, struct recording *to);
void take_publish(struct take *take, const char *event);
void take_publish_progress(struct take *take);                       /* with its waveform, while it is recorded */
void take_note_gaps(struct take *take, const struct wav_gaps *gaps); /* frames that are missing in its file */

/* Makes the struct empty; it stays in its queue. */
void take_free(struct take *take);

#endif
