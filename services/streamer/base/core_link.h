/* core_link.h: the streamer's connection to the audio core in the studio: the rings of cues and notes, and the core's
 * state. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_CORE_LINK_H
#define LOOPHOLE_STREAMER_CORE_LINK_H

#include "common/clock.h"
#include "common/shared/studio.h"

struct core_link {
    struct studio *studio;
    struct ring cues, notes;
    struct slots slots;
    struct state state; /* as core_link_look read it last */
    bool has_state;     /* an audio core has run in this studio */
};

/* Errors: those of studio_open. */
enum err core_link_open(struct core_link *core, const struct paths *paths, struct fault *fault);
void core_link_close(struct core_link *core);

/* Reads the core's state. */
void core_link_look(struct core_link *core);

/* A core that has not run for CORE_PAUSE_US pauses: asks wait for it (waiting_asks.h). What began while it ran
 * continues until CORE_GONE_US, which is longer than a restart or a pause of the whole machine. */
enum { CORE_PAUSE_US = 1000000, CORE_GONE_US = 6000000 };

/* Calls core_link_look first, because a core may have started just before. Errors: offline (no core has run for
 * `longest` µs; the fault says what to do). */
enum err core_link_check(struct core_link *core, usec_t longest, struct fault *fault);
uint32_t core_link_rate(const struct core_link *core); /* Hz; 48,000 until it is known */

bool core_link_cue(struct core_link *core, const struct cue *cue); /* false: the ring is full */
uint64_t core_link_effects(const struct core_link *core);          /* number of cues sent; outlives the process */
bool core_link_has_room(const struct core_link *core, uint32_t cues);
/* Reads the next note and its index in the ring; false: there is none. It stays the next one until it is taken. */
bool core_link_look_note(struct core_link *core, struct note *note, uint64_t *index);
void core_link_take_note(struct core_link *core, uint64_t index);

/* Returns the frame of the audio clock for a place in the music, in 16th notes, while the transport runs. */
int64_t core_link_frame(const struct core_link *core, double place);

/* Returns the frame of the audio clock at which the next multiple of `grid` 16th notes begins: 4 is the beat, 16 the
 * bar. It lies at least a moment ahead. A count-in has beats and bars as well. CUE_NOW while the transport is
 * stopped. */
int64_t core_link_next(const struct core_link *core, uint32_t grid);

#endif
