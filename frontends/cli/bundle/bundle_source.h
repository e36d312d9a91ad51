/* bundle_source.h: reads a bundle from a folder or an archive and checks all of it. Both may come from a stranger. One
 * thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_SOURCE_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_SOURCE_H

#include "frontends/cli/base/cli.h"
#include "frontends/cli/bundle/bundle_check.h"

/* Reads the bundle at an absolute path into the intake, and checks it. If `is_quick`, assets of a folder are not read.
 * Errors (explained): those of bundle_check.h and bundle_intake.h; not_found. */
enum err bundle_source_read(struct cli *cli, const char *path, bool is_quick, struct bundle_intake *intake,
                            struct bundle_checked *to, struct fault *fault);

/* The same for an open folder: only the files that its manifest names are read, and links are refused. */
enum err bundle_source_read_folder(int folder, bool is_quick, struct bundle_intake *intake, struct bundle_checked *to,
                                   struct fault *fault);

/* The same for an open archive. */
enum err bundle_source_read_archive(struct cli *cli, int fd, struct bundle_intake *intake, struct bundle_checked *to,
                                    struct fault *fault);

#endif
