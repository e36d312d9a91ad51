/* osc.h: where OSC messages are taken. */
#ifndef LOOPHOLE_FRONTENDS_CLI_OSC_H
#define LOOPHOLE_FRONTENDS_CLI_OSC_H

#include "frontends/cli/engine/doctor_finding.h"

/* The port for OSC messages. */
void osc_doctor(struct doctor *doctor);

#endif
