/* sound_pattern.h: tells an audio core whose predecessor died which pattern it plays. The core goes on from its score,
 * which has neither the names of the pattern, nor its media items, nor its voices. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_PATTERN_H
#define LOOPHOLE_PROJECT_SOUND_PATTERN_H

#include "services/project/base/project.h"
#include "services/project/parts/sound_body.h"

struct sound_pattern {
    uint64_t refused; /* the revision of the part whose pattern is not the one that plays; 0: none */
    uint64_t revision;
    void (*done)(void *state, bool is_noted);
    void *state;
};

/* Sends the pattern of the project's part to a core that reports none. Then calls `done`, with true if the core has
 * answered. False: there is nothing to send, or it was refused already. */
bool sound_pattern_note(struct sound_pattern *s, struct project *p, struct txn *txn, struct arena *arena,
                        const struct element *project, const struct element *part, const struct sounding *now,
                        void (*done)(void *state, bool is_noted), void *state);

#endif
