/* core_link.h: the streamer's connection to the audio core in the studio: the rings of orders and notes, and the core's
 * state. The loop's. */
#ifndef LOOPHOLE_STREAMER_CORE_LINK_H
#define LOOPHOLE_STREAMER_CORE_LINK_H

#include "common/clock.h"
#include "common/shared/studio.h"

struct core_link {
    struct studio *studio;
    struct ring orders, notes;
    struct slots slots;
    struct state state; /* as core_link_look found it */
    bool has_state;     /* a sound core has run in this studio */
};

/* Errors: those of studio_open. */
enum err core_link_open(struct core_link *core, const struct paths *paths, struct fault *fault);
void core_link_close(struct core_link *core);

void core_link_look(struct core_link *core);

/* Looks first, for a core may have begun a moment ago. Errors: offline: none has run for a second; the fault says what
 * to do. */
enum err core_link_check(struct core_link *core, struct fault *fault);
uint32_t core_link_rate(const struct core_link *core); /* Hz; 48,000 until it is known */

bool core_link_order(struct core_link *core, const struct order *order); /* false: the ring is full */
uint64_t core_link_effects(const struct core_link *core); /* rises with each order; outlives the process */
bool core_link_has_room(const struct core_link *core, uint32_t orders);
bool core_link_note(struct core_link *core, struct note *note); /* false: there is none */

/* The frame of the audio clock at which the next step `grid` times 16th notes begins: 4 the beat, 16 the bar; a moment
 * ahead at least. A count-in has beats and bars as well. ORDER_NOW while the transport is stopped. */
int64_t core_link_next(const struct core_link *core, uint32_t grid);

#endif
