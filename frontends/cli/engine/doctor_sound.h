/* doctor_sound.h: what the machine needs for sound without gaps, and for more formats. */
#ifndef LOOPHOLE_FRONTENDS_CLI_DOCTOR_SOUND_H
#define LOOPHOLE_FRONTENDS_CLI_DOCTOR_SOUND_H

#include "frontends/cli/engine/doctor_finding.h"

/* Real-time priority, locked memory, processor frequency, JACK. */
void doctor_look_at_sound(struct doctor *doctor);

#endif
