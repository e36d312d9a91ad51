/* composer_doctor.h: the exchange with a community of studios. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMPOSER_DOCTOR_H
#define LOOPHOLE_FRONTENDS_CLI_COMPOSER_DOCTOR_H

#include "frontends/cli/engine/doctor_finding.h"

/* The exchange with a community. */
void composer_doctor(struct doctor *doctor);

#endif
