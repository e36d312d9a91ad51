/* midi_steps.h: the values of single steps in MIDI files: when their hits are, and the mark that keeps what notes
 * cannot say exactly: "loophole step=3 accent=0 v=0.5 p=1 r=2 t=-0.25". Pure. Any thread. */
#ifndef LOOPHOLE_STORE_MIDI_STEPS_H
#define LOOPHOLE_STORE_MIDI_STEPS_H

#include "common/arena.h"
#include "schema_pattern.h"

enum { MIDI_HITS = 8 };

struct midi_step {
    bool is_marked, is_accent;
    uint32_t ratchet;                     /* 1…8 */
    double velocity, probability, timing; /* as in a row */
};

/* The values of a row's step; is_marked: one of them is not the default. */
struct midi_step midi_step_of(const struct row *row, uint32_t at);

/* Fills the ticks of the step's hits, on time at the earliest for step 0. Returns their number. */
uint32_t midi_step_hits(uint32_t step, double swing, const struct midi_step *values, uint32_t ticks[MIDI_HITS]);

/* How far a note is from its nearest step, as a part of the distance to the step before or after it: -0.5 to 0.5. One
 * tick more or less is 0. */
double midi_step_timing(uint32_t step, double swing, double tick);

/* The mark of a step, and its inverse. False: the text is no mark of a step below `most`. */
struct text midi_step_mark(struct arena *arena, uint32_t step, const struct midi_step *values);
bool midi_step_read(const char *text, uint32_t most, uint32_t *step, struct midi_step *values);

/* Makes the lists of the row from its steps; a list without a value of its own stays absent. */
void midi_steps_set(struct arena *arena, const struct midi_step *steps, uint32_t count, struct row *row);

#endif
