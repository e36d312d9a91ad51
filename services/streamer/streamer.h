/* streamer.h: the state of the service, and its parts. The loop's thread runs all of them. Helper threads and workers
 * (reader.h) do the work that may hang.
 *
 *   core_link  cues to the audio core, its notes and state     voices        files to rings
 *   reader     files to frames                                   sounds        short sounds in memory
 *   locate     asks to files                                     preview       the previewed sound
 *   takes      recordings, to files                              listen        the signal of a port, to analysis
 *   played     what persons play on the pads
 *   waiting_asks   asks that wait for the audio core */
#ifndef LOOPHOLE_STREAMER_STREAMER_H
#define LOOPHOLE_STREAMER_STREAMER_H

#include "schema_service.h"
#include "services/streamer/play/handover.h"
#include "services/streamer/play/preview_state.h"
#include "services/streamer/play/sounds.h"
#include "services/streamer/played/played.h"
#include "services/streamer/record/listen.h"
#include "services/streamer/record/take_state.h"
#include "services/streamer/waiting_asks.h"

_Static_assert((int)HANDOVER_BYTES <= (int)PLAYED_AT, "they do not overlap");

struct streamer {
    struct service *service;
    struct core_link core;
    struct file_readers *readers;
    struct resampler *resampler;
    struct voices voices;
    struct played_memory *played;
    struct sounds sounds;
    struct locator locator;
    struct preview preview;
    struct takes takes;
    struct listening listening;
    struct waiting_asks waiting;
    usec_t period;       /* of the tick */
    usec_t checked;      /* time of the last check of the shared memory */
    struct fault damage; /* of the shared memory; code 0: none */
};

/* Resumes what a predecessor played. Ends the service with a message on an error. */
void streamer_open(struct streamer *streamer, struct service *service);
void streamer_close(struct streamer *streamer);
void streamer_read_notes(struct streamer *streamer); /* those that the core has sent by now */
void streamer_turn(void *streamer);                  /* the end of each turn of the loop */
void streamer_report(void *streamer, struct arena *arena, struct service_status *to);
/* Cancels the encoding of a take, which stays a WAV. Errors: not_found. */
enum err streamer_cancel(void *streamer, struct id task, struct fault *fault);

/* asks.c */
extern const struct streamer_handlers asks_handlers;

#endif
