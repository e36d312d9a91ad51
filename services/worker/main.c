#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "services/worker/analyse.h"
#include "services/worker/encode.h"
#include "services/worker/jobs.h"
#include "services/worker/sandbox.h"
#include "services/worker/stream.h"

static int print_option(const char *option)
{
    if (strcmp(option, "--version") == 0)
        return printf("loophole-worker %s\n", LOOPHOLE_VERSION) < 0;
    printf("loophole-worker: decodes and analyses files for loophole-indexer; with the argument `stream` it decodes\n"
           "them for loophole-streamer, with `encode` it makes FLAC of takes. They start it with a socket as\n"
           "descriptor 3 (schemas/worker.schema).\nOptions: --version, --help.\n");
    return strcmp(option, "--help") != 0;
}

static enum err analyse_files(struct pipe *pipe, struct fault *fault)
{
    struct analyser *analyser = analyser_new(); /* loads all libraries before the sandbox closes */
    enum err e = analyser ? sandbox_enter(JOBS_SOCKET, fault)
                          : fault_set(fault, ERR_INTERNAL, "the analyser cannot be prepared");
    if (e == ERR_OK)
        e = jobs_run(pipe, analyser, fault); /* until the parent closes the socket */
    analyser_free(analyser);
    return e;
}

int main(int argc, char **argv)
{
    const char *word = argc == 2 ? argv[1] : "";
    bool streams = strcmp(word, "stream") == 0, encodes = strcmp(word, "encode") == 0;
    struct fault fault = { 0 };
    struct pipe pipe = { .fd = -1, .passed = -1 };

    if (argc > 1 && !streams && !encodes)
        return print_option(argv[1]);
    enum err e = jobs_open(&pipe, &fault); /* the socket that the parent passed */
    if (e == ERR_OK && (streams || encodes))
        e = sandbox_enter(JOBS_SOCKET, &fault);
    if (e == ERR_OK)
        e = streams ? stream_run(&pipe, &fault) : encodes ? encode_run(&pipe, &fault) : analyse_files(&pipe, &fault);
    pipe_close(&pipe);
    if (e != ERR_OK)
        fprintf(stderr, "loophole-worker: %s%s%s\n", fault.what, fault.hint[0] ? ": " : "", fault.hint);
    _exit(err_exit_code(e)); /* skips the exit handlers of 139 libraries: the sandbox would refuse them */
}
