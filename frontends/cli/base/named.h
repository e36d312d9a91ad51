/* named.h: the one rule for arguments that name items. An argument is an id of 26 characters; or a path, when it holds
 * a slash (none that follows a colon or space, as in path:a/b), or a file of that name is there, or the catalogue knows
 * one in this folder; else all words are one query. One thread; memory from cli->arena. */
#ifndef LOOPHOLE_FRONTENDS_CLI_NAMED_H
#define LOOPHOLE_FRONTENDS_CLI_NAMED_H

#include "frontends/cli/base/cli.h"

/* An item, or a file that may lie outside of all libraries. */
struct named {
    bool has_id;
    struct id id;
    struct bytes path;
    uint64_t of; /* a query: how many match, of which this is the first; else 0 */
};

/* What `count` arguments name: one item or file. Errors: not_found (the query matches nothing, no such folder). */
enum err named_one(struct cli *cli, int count, char **args, struct named *to, struct fault *fault);

/* The same for a change, which is meant for one item: bad_request when a query matches several. */
enum err named_only(struct cli *cli, const char *arg, struct id *id, struct fault *fault);

/* The same without queries: an id, or the path of a known file. Errors: bad_request (it is neither), not_found. */
enum err named_exactly(struct cli *cli, const char *arg, struct id *id, struct fault *fault);

/* Items for a change: ids and paths, or one query. A query that matches several needs --all, or --limit N for the
 * first N; more than UNDO_STEPS need --limit. Errors: not_found; bad_request (several and no such option, or ids and
 * words mixed). */
enum err named_all(struct cli *cli, int count, char **args, struct id_list *to, struct fault *fault);

#endif
