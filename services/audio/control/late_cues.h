/* late_cues.h: cues that arrive while the audio core does not run, though it ran moments before. Busy programs may
 * keep it from the processor, or another core takes over. Such a cue is sent when a core runs again, and then its
 * ask is answered. Control thread. */
#ifndef LOOPHOLE_AUDIO_LATE_CUES_H
#define LOOPHOLE_AUDIO_LATE_CUES_H

#include "common/rt/cue.h"
#include "proto/service/service.h"

enum { LATE_CUES = 64, LATE_PARTS = 2, LATE_US = 5000000 /* a cue waits at most so long */ };

struct late_cues {
    struct late_cue {
        struct cue cues[LATE_PARTS]; /* of one ask */
        uint32_t parts;
        struct call *call; /* valid, like `answer` in its arena, while the ticket is open */
        struct ticket ticket;
        const void *answer;
        usec_t until; /* time limit on the steady clock */
    } each[LATE_CUES];
    uint32_t count;
};

/* Defers the ask for 5 s at most, or until half a second before its deadline. True: it will be answered. False: there
 * is no time or no room. */
bool late_cue_put(struct late_cues *late, struct call *call, const struct cue *cues, uint32_t count,
                  const void *answer);

/* Sends the cues of one ask. An error is in the call's fault. */
typedef enum err late_send_fn(void *state, struct late_cue *cue);

/* Sends all cues in the order of arrival if a core runs (`sounds`), and answers their asks; refuses those whose time
 * is over. */
void late_cues_tick(struct late_cues *late, struct service *service, bool sounds, late_send_fn *send, void *state);

#endif
