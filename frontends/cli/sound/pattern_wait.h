/* pattern_wait.h: waits until a queued pattern sounds, with the option --wait. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_PATTERN_WAIT_H
#define LOOPHOLE_FRONTENDS_CLI_PATTERN_WAIT_H

#include "frontends/cli/base/cli.h"

/* Before the ask: with --wait, listens for patterns that begin. */
enum err pattern_await(struct cli *cli, struct fault *fault);

/* Waits until the pattern of that number begins, and prints its bar. Errors (explained): conflict (another one began
 * instead), and those of cli_ask. */
enum err pattern_follow(struct cli *cli, uint64_t number, struct fault *fault);

#endif
