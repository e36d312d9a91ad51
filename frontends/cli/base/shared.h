/* shared.h: functions for several commands. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SHARED_H
#define LOOPHOLE_FRONTENDS_CLI_SHARED_H

#include "frontends/cli/base/cli.h"

/* Asks with the budget of --budget (default 10 s). The answer's memory is valid until the next ask. */
enum err cli_ask(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault);

/* Warns on standard error, without --json, if the answer says that the open project does not keep the change. */
void cli_warn_if_unkept(const struct cli *cli, const char *name, const void *answer);

/* Adds the record to cli->out as one line of JSON. Returns ERR_OK, so that a caller can end with it. */
enum err cli_json(struct cli *cli, const struct shape *shape, const void *record);

/* Prints the sentence if a list has no entry and there is no --json. */
void cli_none(struct cli *cli, uint64_t count, const char *sentence);

/* Makes a path absolute, in the arena. Errors: those of resolve_path (resolve.h). */
enum err cli_path(struct cli *cli, const char *typed, struct bytes *path, struct fault *fault);

/* Reads --inputs: at most 16 ports. Errors: bad_request. */
enum err cli_inputs(struct cli *cli, struct text_list *to, struct fault *fault);

/* Finds the library at an absolute path. Errors: not_found. */
enum err cli_library(struct cli *cli, struct bytes path, struct id *to, struct fault *fault);

struct text cli_words(struct cli *cli);                         /* the arguments as one text, for a query */
struct text_list cli_split(struct cli *cli, const char *words); /* the non-empty parts of "a,b"; NULL: none */

#endif
