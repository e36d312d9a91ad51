/* item_file.h: opens the file of an item of search.get with `leads`, to read it (item_door.h). One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_ITEM_FILE_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_ITEM_FILE_H

#include <sys/stat.h>

#include "frontends/cli/base/cli.h"

/* `decodes` as in item_door. The caller closes *fd, which is -1 if it was not opened. Errors (explained): those of
 * item_door and door_open; timeout (its file system does not answer). */
enum err item_file_open(const struct item *item, bool decodes, int *fd, struct stat *st, struct fault *fault);

#endif
