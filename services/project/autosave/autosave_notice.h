/* autosave_notice.h: publishes the event `noted`: what dialogues show of a project. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_AUTOSAVE_NOTICE_H
#define LOOPHOLE_PROJECT_AUTOSAVE_NOTICE_H

#include "services/project/autosave/autosave_look.h"
#include "services/project/base/project.h"

/* `offer`: what can be recovered of the project; NULL: nothing. */
void autosave_notice(struct project *p, struct id project, const struct autosave_offer *offer);

#endif
