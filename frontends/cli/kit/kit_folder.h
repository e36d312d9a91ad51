/* kit_folder.h: the folder of a kit that is being written. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_FOLDER_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_FOLDER_H

#include "frontends/cli/send/new_folder.h"

#define KIT_FOLDER_PART ".loophole-kit.part" /* its name meanwhile */

/* True if a folder of that name exists, and has all files of this one with the same content. */
bool kit_folder_is_there(const struct new_folder *folder, const char *name);

#endif
