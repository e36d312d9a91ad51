/* doctor_finding.h: one line of the doctor: a subject, and what was found. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_DOCTOR_FINDING_H
#define LOOPHOLE_FRONTENDS_CLI_DOCTOR_FINDING_H

#include "frontends/cli/base/cli.h"

enum doctor_verdict { FINE, WATCH, BAD };

struct doctor {
    struct cli *cli;
    enum doctor_verdict worst;
};

/* Prints one line: the subject, the finding, and what to do if it is not fine. */
void doctor_finding(struct doctor *doctor, enum doctor_verdict verdict, const char *about, const char *to_do,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
