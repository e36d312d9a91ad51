/* kit_archive.h: the archives of Hydrogen's kits (.h2drumkit): a tar with one folder, which has a drumkit.xml and the
 * sounds. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_ARCHIVE_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_ARCHIVE_H

#include "frontends/cli/base/cli.h"
#include "frontends/cli/kit/kit_folder.h"

#define KIT_ARCHIVE_ENDING ".h2drumkit"

/* Begins a folder in `parent` with the files of an archive, which may come from a stranger. A sandboxed worker reads it
 * (mode `archive`, schemas/worker.schema), and checks all of it before the folder is begun. `to` is not open before;
 * call new_folder_end also after an error. `left_out` counts the files that are none of the kit. Errors (explained):
 * bad_request (what the worker refuses; two files of one name; two workers ended), timeout, internal (no worker can be
 * started), and those of new_folder.h. */
enum err kit_archive_unpack(struct cli *cli, int fd, const char *parent, struct new_folder *to, uint64_t *left_out,
                            struct fault *fault);

/* Writes all files of the folder to an archive, below a folder `inner`, and gives it the name. The folder is then to be
 * ended. Errors: those of new_folder_finish_file. */
enum err kit_archive_finish(struct new_folder *folder, const char *inner, const char *name, struct fault *fault);

#endif
