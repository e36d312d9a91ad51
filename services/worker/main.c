#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "services/worker/analyse.h"
#include "services/worker/jobs.h"
#include "services/worker/sandbox.h"
#include "services/worker/stream.h"

static int explain(const char *option)
{
    if (strcmp(option, "--version") == 0)
        return printf("loophole-worker %s\n", LOOPHOLE_VERSION) < 0;
    printf("loophole-worker: decodes and analyses files for loophole-indexer, and with the argument `stream` decodes\n"
           "them for loophole-streamer. They start it with a socket as descriptor 3 (schemas/worker.schema).\n"
           "Options: --version, --help.\n");
    return strcmp(option, "--help") != 0;
}

static enum err analyse_files(struct pipe *pipe, struct fault *fault)
{
    struct analyser *analyser = analyser_new(); /* all libraries warm */
    enum err e = analyser ? sandbox_enter(JOBS_SOCKET, fault)
                          : fault_set(fault, ERR_INTERNAL, "the analyser cannot be prepared");
    if (e == ERR_OK)
        e = jobs_run(pipe, analyser, fault); /* until the parent hangs up */
    analyser_free(analyser);
    return e;
}

static enum err stream_files(struct pipe *pipe, struct fault *fault)
{
    enum err e = sandbox_enter(JOBS_SOCKET, fault);

    return e == ERR_OK ? stream_run(pipe, fault) : e;
}

int main(int argc, char **argv)
{
    struct fault fault = { 0 };
    struct pipe pipe;

    bool streams = argc == 2 && strcmp(argv[1], "stream") == 0;
    if (argc > 1 && !streams)
        return explain(argv[1]);
    enum err e = jobs_open(&pipe, &fault); /* the socket that the parent made */
    if (e == ERR_OK) {
        e = streams ? stream_files(&pipe, &fault) : analyse_files(&pipe, &fault);
        pipe_close(&pipe);
    }
    if (e != ERR_OK)
        fprintf(stderr, "loophole-worker: %s%s%s\n", fault.what, fault.hint[0] ? ": " : "", fault.hint);
    _exit(err_exit_code(e)); /* without the farewells of 139 libraries, which the sandbox would refuse */
}
