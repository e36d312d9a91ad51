/* doctor.h: what the doctor's files share. */
#ifndef LOOPHOLE_FRONTENDS_CLI_DOCTOR_H
#define LOOPHOLE_FRONTENDS_CLI_DOCTOR_H

#include "frontends/cli/base/cli.h"

enum doctor_verdict { FINE, WATCH, BAD };

struct doctor {
    struct cli *cli;
    enum doctor_verdict worst;
};

/* One line: about what, what it is, and what to do if it is not fine. */
void doctor_finding(struct doctor *doctor, enum doctor_verdict verdict, const char *about, const char *to_do,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* question.c: files that are gone and wait for a person's word. */
void question_doctor(struct doctor *doctor);

/* doctor_sound.c: real time, locked memory, the processor's clock, JACK. */
void doctor_look_at_sound(struct doctor *doctor);

#endif
