/* kit_sfz_slots.h: the regions of an SFZ become slots. Regions of one key are layers of a slot if they share its
 * values and never sound together; otherwise each is a slot of its own with the same note. One thread. */
#ifndef LOOPHOLE_WORKER_KIT_SFZ_SLOTS_H
#define LOOPHOLE_WORKER_KIT_SFZ_SLOTS_H

#include "services/worker/kits/kit_reading.h"

enum { SFZ_KEY_MOST = 127 };
#define SFZ_VELOCITY_MOST 127.
#define SFZ_SOUND_END     2147483647. /* no `end` is given; a given one is lower */
#define SFZ_POWER_LEAST   .1          /* of the velocity: the bounds of a slot's curve */
#define SFZ_POWER_MOST    8.
#define SFZ_LIKENESS      1e-6 /* of two powers or gains */

/* The opcodes of a header, with those of the headers around it. */
struct sfz_values {
    struct text sample, label;
    double low, high, low_velocity, high_velocity, centre, track, volume, transpose, tune, group, off_by;
    double length, position, random_from, random_until; /* its turn: seq_length, seq_position, … */
    double start, end;                                  /* frames; that of the end is played */
    double track_velocity, power;                       /* amp_veltrack; that of amp_velcurve */
    uint32_t points;                                    /* of amp_velcurve, within it */
    bool has_points;
    bool is_left_out;     /* it does not sound when a key is hit */
    struct kit_slot slot; /* its pad's values */
};

/* When a layer sounds among those of its velocities. */
struct sfz_turn {
    double length, position, random_from, random_until;
};

struct sfz_slot {
    struct kit_slot slot;
    struct text label;
    struct kit_sounds *sounds;
    struct sfz_turn turns[KIT_LAYERS];
};

/* Zeroed, with `reading`: none. */
struct sfz_slots {
    struct kit_reading *reading;
    uint32_t count;
    struct sfz_slot at[KIT_SLOTS];
};

double kit_sfz_round(double value); /* to what a file keeps of a number */

/* Adds a region, whose file lies below `path`, to the slot with which it never sounds at the same time. Counts one that
 * no hit of a key sounds, and one for which the slot has no room. Errors (explained): too_large (KIT_SLOTS). */
enum err kit_sfz_slots_add(struct sfz_slots *s, struct sfz_values *v, struct text path, struct fault *fault);

/* Adds a slot without a sound. `v`, of a group, has the values of its pad. Errors (explained): too_large. */
enum err kit_sfz_slots_add_empty(struct sfz_slots *s, struct sfz_values *v, struct text name, struct fault *fault);

/* Says why the newest slot has no sound. False: it has one, a reason was given, or there is no slot. */
bool kit_sfz_slots_explain(struct sfz_slots *s, struct text why);

/* Adds the slots to the kit. Errors (explained): bad_request (there are none). */
enum err kit_sfz_slots_end(struct sfz_slots *s, struct fault *fault);

#endif
