/* desk.h: the streamer's place at the studio: its rings of orders and notes, and what the sound core says of itself.
 * The loop's. */
#ifndef LOOPHOLE_STREAMER_DESK_H
#define LOOPHOLE_STREAMER_DESK_H

#include "common/clock.h"
#include "common/shared/studio.h"

struct desk {
    struct studio *studio;
    struct ring orders, notes;
    struct slots slots;
    struct state state; /* as desk_look found it */
    bool has_state;     /* a sound core has run in this studio */
};

/* Errors: those of studio_open. */
enum err desk_open(struct desk *desk, const struct paths *paths, struct fault *fault);
void desk_close(struct desk *desk);

void desk_look(struct desk *desk);

/* Looks first, for a core may have begun a moment ago. Errors: offline: none has run for a second; the fault says what
 * to do. */
enum err desk_check(struct desk *desk, struct fault *fault);
uint32_t desk_rate(const struct desk *desk); /* Hz; 48,000 until it is known */

bool desk_order(struct desk *desk, const struct order *order); /* false: the ring is full */
uint64_t desk_effects(const struct desk *desk);                /* rises with each order; outlives the process */
bool desk_has_room(const struct desk *desk, uint32_t orders);
bool desk_note(struct desk *desk, struct note *note); /* false: there is none */

/* The frame of the audio clock at which the next step `grid` times 16th notes begins: 4 the beat, 16 the bar; a moment
 * ahead at least. A count-in has beats and bars as well. ORDER_NOW while the transport is stopped. */
int64_t desk_next(const struct desk *desk, uint32_t grid);

#endif
