/* recover.h: autosaves that differ from their project's save. */
#ifndef LOOPHOLE_FRONTENDS_CLI_RECOVER_H
#define LOOPHOLE_FRONTENDS_CLI_RECOVER_H

#include "frontends/cli/base/cli.h"

/* After a start, the projects whose autosave differs from their save; nothing, if the service does not
 * answer soon. */
void recover_print_offers(struct cli *cli);

#endif
