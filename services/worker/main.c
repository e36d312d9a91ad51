#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "services/worker/analyse.h"
#include "services/worker/jobs.h"
#include "services/worker/sandbox.h"

static int explain(const char *option)
{
    if (strcmp(option, "--version") == 0)
        return printf("loophole-worker %s\n", LOOPHOLE_VERSION) < 0;
    printf("loophole-worker: decodes and analyses files for loophole-indexer, which starts it with a socket\n"
           "as descriptor 3 (schemas/worker.schema). Options: --version, --help.\n");
    return strcmp(option, "--help") != 0;
}

int main(int argc, char **argv)
{
    struct fault fault = { 0 };
    struct pipe pipe;

    if (argc > 1)
        return explain(argv[1]);
    enum err e = jobs_open(&pipe, &fault); /* the socket that the parent made */
    if (e != ERR_OK)
        goto undo;

    struct analyser *analyser = analyser_new(); /* all libraries warm */
    e = analyser ? sandbox_enter(JOBS_SOCKET, &fault)
                 : fault_set(&fault, ERR_INTERNAL, "the analyser cannot be prepared");
    if (e == ERR_OK)
        e = jobs_run(&pipe, analyser, &fault); /* until the parent hangs up */

    analyser_free(analyser);
    pipe_close(&pipe);
undo:
    if (e != ERR_OK)
        fprintf(stderr, "loophole-worker: %s%s%s\n", fault.what, fault.hint[0] ? ": " : "", fault.hint);
    _exit(err_exit_code(e)); /* without the farewells of 139 libraries, which the sandbox would refuse */
}
