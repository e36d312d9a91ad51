/* loopback.h: doctor --loopback measures the time from our output ports, through a cable, to our input ports. It plays
 * noise, records the inputs, and finds the noise in the take. */
#ifndef LOOPHOLE_FRONTENDS_CLI_LOOPBACK_H
#define LOOPHOLE_FRONTENDS_CLI_LOOPBACK_H

#include "frontends/cli/engine/doctor_finding.h"

/* Measures the round trip through a cable from an output to an input. */
void loopback_doctor(struct doctor *doctor);

#endif
