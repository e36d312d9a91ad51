/* sound_pattern.h: sends an audio core whose predecessor died the pattern that it plays. The core continues from its
 * score, which has neither the names of the pattern, nor its media items, nor its voices. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_PATTERN_H
#define LOOPHOLE_PROJECT_SOUND_PATTERN_H

#include "services/project/base/project.h"
#include "services/project/parts/sound_body.h"

struct sound_pattern {
    uint64_t refused; /* the revision of the part whose pattern is not the one that plays; 0: none */
    uint64_t revision;
    void (*done)(void *state, bool is_answered);
    void *state;
};

/* Sends the pattern of the project's part to a core that reports none, and returns true. Then calls `done`: with true
 * if the core has noted the pattern or refused it, with false if the core is busy, offline or silent, and the caller
 * may try again. A refused pattern is not sent again. False: nothing is sent, because the core knows a pattern, the
 * part has none, it was refused already, or it cannot be sent. */
bool sound_pattern_note(struct sound_pattern *s, struct project *p, struct txn *txn, struct arena *arena,
                        const struct element *project, const struct element *part, const struct sounding *now,
                        void (*done)(void *state, bool is_answered), void *state);

#endif
