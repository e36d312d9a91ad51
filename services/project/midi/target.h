/* target.h: what a MIDI control may move, as one table: the ask that does it, and where its current value is read.
 * Pure; memory from the arena.
 *
 *   mixer/CHANNEL/gain|pan|mute|solo    transport/tempo|swing|metronome|start|stop|toggle|tap    panic
 *   loop/capture|play|stop/F1 to F12    loop/play|stop
 *   kit/swap/SLOT/next|previous|random|back    kit/randomise[/SLOT]    kit/load/NAME
 *   kit/commit/BARS */
#ifndef LOOPHOLE_PROJECT_TARGET_H
#define LOOPHOLE_PROJECT_TARGET_H

#include "common/arena.h"
#include "proto/wire/schema.h"

enum midi_target_kind {
    MIDI_LEVEL,   /* a value of a range */
    MIDI_SWITCH,  /* on or off */
    MIDI_TRIGGER, /* it is done when the control is pressed */
};

enum { MIDI_TARGET_MOST = 160 };

struct midi_target {
    const struct target_row *row;
    enum midi_target_kind kind;
    struct text word;   /* that names one of several: the channel, the row, the slot */
    double from, until; /* its own range */
    const char *look;   /* the ask whose answer has its value; NULL: it has none */
};

/* An ask to another service. */
struct target_ask {
    const char *name;
    const void *request;
    uint32_t budget_ms;
};

/* Reads the name of a target; the result refers to `typed`. Errors (explained): bad_request. */
enum err target_read(struct text typed, struct midi_target *to, struct fault *fault);

/* Checks the word of a target, by making its ask. Errors (explained): bad_request. */
enum err target_check(const struct midi_target *target, struct arena *arena, struct fault *fault);

/* The ask that sets a value (0 or 1 of a switch; the strength of a trigger). Errors (explained): bad_request. */
enum err target_set(const struct midi_target *target, double value, struct arena *arena, struct target_ask *to,
                    struct fault *fault);

/* The ask that follows when the control is released. False: there is none. */
bool target_release(const struct midi_target *target, struct arena *arena, struct target_ask *to);

/* The pad that it hits. False: it hits none. */
bool target_pad(const struct midi_target *target, uint64_t *pad);

/* The current value, from the answer to the ask `look`. False: it has none. */
bool target_value(const struct midi_target *target, const void *answer, double *to);

/* Between a position of the control, 0 to 1, and a value. `from` and `until` are the value's range. */
double target_at(const struct midi_target *target, double from, double until, double position);
double target_position(const struct midi_target *target, double from, double until, double value);

#endif
