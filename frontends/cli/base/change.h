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

/* Send a mutation with its request id (--request-id, or a new one), with a default budget of 60 s. cli_change_one is
 * for a change of one item or row, with a default budget of 10 s. Errors: bad_request (the id), those of the ask. */
enum err cli_change(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault);
enum err cli_change_one(struct cli *cli, const char *name, const void *request, struct done *done, struct fault *fault);

/* Asks a person. cli_can_ask: standard input is a terminal, and the output is no JSON. The question names its
 * answers: "y or n:". */
bool cli_can_ask(const struct cli *cli);
bool cli_asks(struct buffer *question);

/* A change of more than 100 items needs a confirmation, unless the command line has their number or a yes.
 * Errors: bad_request. */
enum err cli_confirm_many(const struct cli *cli, uint32_t count, struct fault *fault);

#endif
