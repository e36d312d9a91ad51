/* bundle_archive.h: reads the archive of a bundle (.zip) in a sandboxed worker (mode `archive`, schemas/worker.schema),
 * because it may come from a stranger. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_ARCHIVE_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_ARCHIVE_H

#include "frontends/cli/base/cli.h"
#include "frontends/cli/bundle/bundle_intake.h"

/* Gives all files of an open archive to the intake; `left_out` counts the files outside of the folder of its
 * manifest. Errors (explained): bad_request (what the worker refuses; it ended), timeout, internal (no worker can
 * be started), and those of bundle_intake.h. */
enum err bundle_archive_read(struct cli *cli, int fd, struct bundle_intake *intake, uint64_t *left_out,
                             struct fault *fault);

#endif
