#include "frontends/cli/base/reader.h"

#include <stdio.h>

enum err reader_start(struct cli *cli, struct sandboxed *worker, const char *mode, const char *failed,
                      struct fault *fault)
{
    char program[PATH_MAX + 32];

    (void)snprintf(program, sizeof(program), "%s/loophole-worker", cli->paths.programs);
    if (sandboxed_start(worker, program, mode, fault) == ERR_OK)
        return ERR_OK;
    fault_set(fault, ERR_INTERNAL, "%s", failed);
    return fault_hint(fault, "`loophole doctor` checks %.200s", program), ERR_INTERNAL;
}

usec_t reader_patience(const struct cli *cli, uint32_t usual_ms)
{
    return (usec_t)1000 * (cli->options.budget_ms ? cli->options.budget_ms : usual_ms);
}
