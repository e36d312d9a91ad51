/* midi_import_row.h: the notes of a MIDI file that become a row (midi_import.c gathers them). Pure. Any thread. */
#ifndef LOOPHOLE_STORE_MIDI_IMPORT_ROW_H
#define LOOPHOLE_STORE_MIDI_IMPORT_ROW_H

#include "store/pattern/midi_steps.h"

enum { STEPS_MOST = 64, ANY = -1, CONTROLS = 128 };

/* The notes that become a row. */
struct midi_import_row {
    uint32_t track;
    int channel, note; /* ANY: of all */
    bool marked;       /* one of our own files has it */
    uint8_t accent;
    double gate;     /* of a marked row, in steps */
    uint32_t length; /* steps until the row repeats; 0: as the pattern */
    struct midi_step values[STEPS_MOST];
    char steps[STEPS_MOST];
    uint8_t notes[STEPS_MOST], velocities[STEPS_MOST];
    double timing[STEPS_MOST]; /* as in struct midi_step */
    double longest;            /* ticks */
    int32_t open[128];         /* the step where this note sounds; ANY: none */
    double began[128];         /* its tick */
    uint32_t dropped;
    int controls[CONTROLS];
};

/* Fills the row, except its name, and the resonance of its voice. */
void midi_import_row_write(const struct midi_import_row *gathered, uint32_t steps, struct arena *arena, struct row *row,
                           struct modules *modules);

#endif
