/* slots.h: asks about slots, which answer with a sentence. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SLOTS_H
#define LOOPHOLE_FRONTENDS_CLI_SLOTS_H

#include "frontends/cli/base/cli.h"

/* Sends an ask whose answer is slot_said, and prints it. With --wait, waits until its pattern sounds. Errors: those of
 * cli_ask and pattern_follow. */
enum err slots_ask(struct cli *cli, const char *name, const void *request, struct fault *fault);

#endif
