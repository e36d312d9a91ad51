/* doctor.h: shared by the files of the doctor. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_DOCTOR_H
#define LOOPHOLE_FRONTENDS_CLI_DOCTOR_H

#include "frontends/cli/base/cli.h"

enum doctor_verdict { FINE, WATCH, BAD };

struct doctor {
    struct cli *cli;
    enum doctor_verdict worst;
};

/* Prints one line: the subject, the finding, and what to do if it is not fine. */
void doctor_finding(struct doctor *doctor, enum doctor_verdict verdict, const char *about, const char *to_do,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* settings.c: mistakes in loophole.conf. */
void settings_doctor(struct doctor *doctor);

/* doctor_sound.c: real-time priority, locked memory, processor frequency, JACK. */
void doctor_look_at_sound(struct doctor *doctor);

/* loopback.c: measures the round trip through a cable from an output to an input. */
void loopback_doctor(struct doctor *doctor);

/* composer_doctor.c: the exchange with a community. */
void composer_doctor(struct doctor *doctor);

/* osc.c: the port for OSC messages. */
void osc_doctor(struct doctor *doctor);

#endif
