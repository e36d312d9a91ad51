/* settings.h: the settings of loophole.conf, from the table of common/process/setting.h. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SETTINGS_H
#define LOOPHOLE_FRONTENDS_CLI_SETTINGS_H

#include "frontends/cli/engine/doctor_finding.h"

/* Mistakes in loophole.conf. */
void settings_doctor(struct doctor *doctor);

#endif
