/* change.h: changes of items, sent to persist: one edit of one item, or of many in as few steps of undo as persist
 * allows. They print what was changed. One thread; memory from cli->arena. */
#ifndef LOOPHOLE_FRONTENDS_CLI_CHANGE_H
#define LOOPHOLE_FRONTENDS_CLI_CHANGE_H

#include "frontends/cli/base/cli.h"
#include "schema_persist.h"

/* As cli_change_one; prints the item and its revision. Errors: those of the ask. */
enum err change_and_print(struct cli *cli, const char *name, const void *request, struct fault *fault);

/* Applies the same edit to all items, and names the step of undo `verb`. Asks first if they are many. Errors: those of
 * persist.put_media and persist.apply; bad_request (no confirmation; an option that is for one item). */
enum err change_items(struct cli *cli, const struct id_list *items, const struct edit *edit, const char *verb,
                      struct fault *fault);

/* As change_items, with an edit for each item, in their order. */
enum err change_each(struct cli *cli, const struct id_list *items, const struct edit *edits, const char *verb,
                     struct fault *fault);

#endif
