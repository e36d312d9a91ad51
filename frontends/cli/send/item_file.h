/* item_file.h: opens the file of an item to read it. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_ITEM_FILE_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_ITEM_FILE_H

#include <sys/stat.h>

#include "frontends/cli/base/cli.h"

/* The caller closes *fd, which is -1 if it was not opened. Errors (explained): offline (its volume is away, it is
 * missing, or only in a cloud), not_found, denied, io, bad_request (not a regular file). */
enum err item_file_open(const struct item *item, int *fd, struct stat *st, struct fault *fault);

#endif
