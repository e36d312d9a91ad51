/* running.h: which services to ask when a command asks all of them. An ask to a service that does not run waits for it
 * until its budget ends. */
#ifndef LOOPHOLE_CLI_RUNNING_H
#define LOOPHOLE_CLI_RUNNING_H

#include "frontends/cli/base/cli.h"

enum { RUNNING_MAX = 33, RUNNING_NAME = 33 };

struct running_list {
    uint32_t count;
    char names[RUNNING_MAX][RUNNING_NAME];
};

/* The supervisor and the services that it has a process of; all services when the supervisor does not answer in time.
 * Errors: offline (the engine is not running). */
enum err running_services(struct cli *cli, struct running_list *to, struct fault *fault);

#endif
