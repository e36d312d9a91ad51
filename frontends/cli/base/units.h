/* units.h: values with the units that people type, for all commands. The field's name and type decide which are valid:
 *
 *   gains     -6dB, 50%, or linear 0.5        velocity   2 to 127 as in MIDI; 0, 1 and numbers with a point: 0 to 1
 *   swing     66% (50% is straight), or 0.25  seconds    5ms, 0.5s, or 0.5
 *   frames    0.5s or 500ms of a loaded sound, or 24000 (from, until, loop_from, loop_until)
 *   ratio     +3st (semitones), 200%, or 2    weights    50%, or 0.5 (of `similar`)
 *   others    50% where the range lies within -1 to 1
 *
 * One thread; memory from cli->arena. */
#ifndef LOOPHOLE_FRONTENDS_CLI_UNITS_H
#define LOOPHOLE_FRONTENDS_CLI_UNITS_H

#include "frontends/cli/base/cli.h"

/* Sets one field from a typed "key=value", as json_assign, which reads all values without a unit. Errors: those of
 * json_assign; bad_request (a unit's value is out of range). */
enum err units_assign(struct cli *cli, const struct shape *shape, const char *typed, void *record, struct fault *fault);

/* As units_assign, for the field `key`. */
enum err units_set(struct cli *cli, const struct shape *shape, const char *key, const char *value, void *record,
                   struct fault *fault);

/* Writes the value of a gain, pan, swing or velocity that no field describes in the form without units. A value of
 * another name, and one without a known unit, stays as it is typed. Errors: bad_request (a unit's value is out of
 * range). */
enum err units_level(struct cli *cli, const char *name, const char *typed, struct text *to, struct fault *fault);

/* Reads a switch that no field describes: on, off, true, false, yes, no, 1, 0. Errors: bad_request. */
enum err units_switch(struct cli *cli, const char *name, const char *typed, bool *on, struct fault *fault);

/* True for a velocity of 2 to 127. The other end of its range is then one of MIDI too, also if it is 1. */
bool units_is_midi(const char *typed);

/* Reads a range of velocities: low <= velocity < high, or <= 1. "0.5-1" are fractions. "1-63" are velocities of MIDI,
 * since the second is; 63 is included. Errors: bad_request. */
enum err units_range(struct cli *cli, const char *typed, double *low, double *high, struct fault *fault);

/* Reads the gain of an option: decibels without a unit (-6), -6dB, or 50%. `gain` is linear. Errors: bad_request. */
enum err units_gain(const char *typed, double *gain, struct fault *fault);

/* Reads seconds: 0.5, 0.5s or 500ms. `name` is for the error. Errors: bad_request. */
enum err units_seconds(const char *name, const char *typed, double most, double *seconds, struct fault *fault);

#endif
