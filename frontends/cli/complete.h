/* complete.h: the offers for one unfinished word of a command line. A service that does not run gives none. One
 * thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_COMPLETE_H
#define LOOPHOLE_FRONTENDS_CLI_COMPLETE_H

#include "frontends/cli/complete_offer.h"

/* The command complete. */
enum err complete_run(struct cli *cli, struct fault *fault);

#endif
