/* running.h: the services that a command asks when it asks all. An ask to a service that does not run waits until its
 * budget ends. One thread. */
#ifndef LOOPHOLE_CLI_RUNNING_H
#define LOOPHOLE_CLI_RUNNING_H

#include "frontends/cli/base/cli.h"

enum { RUNNING_MAX = 33, RUNNING_NAME = 33 };

struct running_list {
    uint32_t count;
    char names[RUNNING_MAX][RUNNING_NAME];
};

/* Lists the supervisor and the services with a process; all services if the supervisor does not answer in time. Errors:
 * offline (the engine is not running). */
enum err running_services(struct cli *cli, struct running_list *to, struct fault *fault);

#endif
