#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/process/sandbox.h"
#include "services/worker/archive.h"
#include "services/worker/chop.h"
#include "services/worker/convert.h"
#include "services/worker/encode.h"
#include "services/worker/foreign.h"
#include "services/worker/jobs.h"
#include "services/worker/kbase.h"
#include "services/worker/kit.h"
#include "services/worker/label.h"
#include "services/worker/session.h"
#include "services/worker/stream.h"

static int print_option(const char *option)
{
    if (strcmp(option, "--version") == 0)
        return printf("loophole-worker %s\n", LOOPHOLE_VERSION) < 0;
    printf(
        "loophole-worker: analyses files, or does what its argument says; other programs start it, with a socket as\n"
        "descriptor 3 (schemas/worker.schema). Options: --version, --help.\n");
    return strcmp(option, "--help") != 0;
}

/* The modes that need nothing loaded before the sandbox closes. */
static const struct mode {
    const char *word;
    enum err (*run)(struct pipe *pipe, struct fault *fault);
} MODES[] = {
    { "stream", stream_run },   { "encode", encode_run },
    { "session", session_run }, { "convert", convert_run },
    { "label", label_run },     { "kit", kit_run },
    { "archive", archive_run }, { "chop", chop_run },
    { "kbase", kbase_run },     { 0 },
};

int main(int argc, char **argv)
{
    const struct mode *mode = MODES;
    struct fault fault = { 0 };
    struct pipe pipe = { .fd = -1, .passed = -1 };

    if (argc == 3 && (strcmp(argv[1], "foreign") == 0 || strcmp(argv[1], "describe") == 0))
        return foreign_run(argv[2], argv[1][0] == 'd');
    while (argc > 1 && mode->word && strcmp(argv[1], mode->word) != 0)
        mode++;
    if (argc > 2 || !mode->word)
        return print_option(argv[1]);
    enum err e = jobs_open(&pipe, &fault); /* the socket that the parent passed */
    if (e == ERR_OK && argc > 1)
        e = sandbox_enter(JOBS_SOCKET, &fault);
    if (e == ERR_OK)
        e = argc > 1 ? mode->run(&pipe, &fault) : jobs_run(&pipe, &fault);
    if (e != ERR_OK)
        fprintf(stderr, "loophole-worker: %s%s%s\n", fault.what, fault.hint[0] ? ": " : "", fault.hint);
    _exit(err_exit_code(e)); /* skips the exit handlers of the libraries: the sandbox would refuse them */
}
