/* bundle_project_file.h: reads a project that need not be one of this engine: its project.json, and the patterns of its
 * slots from the folder of that file. The folder may come from a stranger. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_PROJECT_FILE_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_PROJECT_FILE_H

#include "common/beneath/beneath.h"
#include "frontends/cli/base/cli.h"
#include "proto/wire/tree.h"
#include "schema_project.h"

struct bundle_project_file {
    struct tree document;
    struct id_list uses;
    struct project_slot_list slots; /* by number */
    struct beneath folder;          /* of the file: its Media has copies of sounds */
};

/* The memory is in cli->arena. bundle_project_file_close also after an error. Errors (explained): those of reading a
 * file, and of project.read_document. */
enum err bundle_project_file_read(struct cli *cli, const char *path, struct bundle_project_file *to,
                                  struct fault *fault);
void bundle_project_file_close(struct bundle_project_file *file);

#endif
