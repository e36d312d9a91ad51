/* bundle_measure.h: the loudness and the peak of a sound, as a sandboxed worker measures them. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_MEASURE_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_MEASURE_H

#include "frontends/cli/base/cli.h"
#include "proto/transport/sandboxed.h"

/* Zeroed: no worker runs. */
struct bundle_measure {
    struct sandboxed worker;
    struct arena arena;
    uint64_t number;
};

struct bundle_loudness {
    bool has_lufs, has_peak;
    double lufs, peak; /* LUFS and dBFS, rounded to two digits */
};

/* Measures an open file, which stays the caller's. What cannot be decoded has no values, and neither has a sound that
 * ended two workers; a remark names it. A worker that gives no answer is tried once more. Errors (explained): internal
 * (no worker can be started), timeout, io (the file). */
enum err bundle_measure_file(struct cli *cli, struct bundle_measure *measure, int fd, struct text name,
                             struct bundle_loudness *to, struct fault *fault);
void bundle_measure_end(struct bundle_measure *measure);

#endif
