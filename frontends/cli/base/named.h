/* named.h: the one rule for arguments that name items. An argument is an id of 26 characters; or a path; or else all
 * words are one query. It is a path if it contains a slash, except one after a colon or space, as in path:a/b. It is
 * also a path if such a file exists in this folder, or if the catalogue knows one there. One thread; memory from
 * cli->arena. */
#ifndef LOOPHOLE_FRONTENDS_CLI_NAMED_H
#define LOOPHOLE_FRONTENDS_CLI_NAMED_H

#include "frontends/cli/base/cli.h"

/* An item, or a file, which may be outside all libraries. */
struct named {
    bool has_id;
    struct id id;
    struct bytes path;
    uint64_t of; /* for a query: the number of its results, of which this is the first; else 0 */
};

/* Finds the one item or file that `count` arguments name. Errors: not_found (the query has no result, no such
 * folder). */
enum err named_one(struct cli *cli, int count, char **args, struct named *to, struct fault *fault);

/* As named_one, of items in the catalogue alone. */
enum err named_first(struct cli *cli, int count, char **args, struct id *id, struct fault *fault);

/* As named_one for a change, which needs one item: bad_request if a query has several results. */
enum err named_only(struct cli *cli, const char *arg, struct id *id, struct fault *fault);

/* As named_only without queries: an id, or the path of a known file. Errors: bad_request (neither), not_found. */
enum err named_exactly(struct cli *cli, const char *arg, struct id *id, struct fault *fault);

/* Finds the items for a change: ids and paths, or one query. A query with several results needs --all, or --limit N for
 * the first N; more than UNDO_STEPS results need --limit. Errors: not_found; bad_request (several without such an
 * option, or ids mixed with words). */
enum err named_all(struct cli *cli, int count, char **args, struct id_list *to, struct fault *fault);

/* As named_all, for items that results leave out: a query means the hidden items that match it. */
enum err named_all_hidden(struct cli *cli, int count, char **args, struct id_list *to, struct fault *fault);

/* As named_all, for a command that changes no item: a query means all its results, or the first N of --limit. */
enum err named_every(struct cli *cli, int count, char **args, struct id_list *to, struct fault *fault);

/* A change of more than UNDO_STEPS items needs --limit. Errors: bad_request. */
enum err named_check_undo(const struct cli *cli, uint64_t total, struct fault *fault);

/* The steps of one command that changed something. */
struct named_steps {
    struct applied *at;
    uint32_t count;
};

/* Prints the commands that undo the steps. If the undo stack does not keep all of them, only the last ones. */
void named_print_way_back(struct cli *cli, const struct named_steps *steps);

/* Finds the media item of the arguments: an id, a path, or the first result of a query (named.h). */
enum err cli_find(struct cli *cli, int count, char **args, struct media_found *found, struct fault *fault);

#endif
