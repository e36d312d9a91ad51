/* labels_undo.h: the files of a step of `labels write`. A kill at any moment leaves each file whole, and the same
 * command again completes it: a way is renamed after its file was replaced. */
#ifndef LOOPHOLE_FRONTENDS_CLI_LABELS_UNDO_H
#define LOOPHOLE_FRONTENDS_CLI_LABELS_UNDO_H

#include "frontends/cli/send/labelling.h"

/* Restores the bytes that the files of a write had before it (`back`), or writes the labels again. A file that was
 * changed since stays unchanged, with a remark. Errors: io. */
enum err labels_take_write(struct cli *cli, struct id write, bool back, struct fault *fault);

#endif
