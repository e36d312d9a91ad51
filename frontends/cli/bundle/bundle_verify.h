/* bundle_verify.h: the commands `loophole bundle …`, and what they share. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_VERIFY_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_VERIFY_H

#include "frontends/cli/base/cli.h"
#include "frontends/cli/bundle/bundle_check.h"

#define BUNDLE_PART ".loophole-bundle.part" /* the name of a folder that is being written */

/* An option that a command needs, as an absolute path without links. `path` has PATH_MAX bytes. Errors (explained):
 * bad_request (it is absent), those of resolve_path. */
enum err bundle_need_path(const char *option, const char *typed, char *path, struct fault *fault);

/* The project service reads the whole project of a bundle as it would to open it. Errors: those of
 * project.check_document. */
enum err bundle_check_document(struct cli *cli, const struct tree *project, struct fault *fault);

/* Prints the summary of a bundle that was read. `destination` is where it was written, or NULL; `checkpoint` the
 * autosave before an import, or NULL. */
enum err bundle_show(struct cli *cli, const struct bundle_intake *intake, const struct bundle_checked *checked,
                     const char *word, const char *destination, const char *checkpoint);
struct text_list bundle_assets(struct cli *cli, const struct bundle_manifest *manifest); /* their names */

#endif
