/* k_sources.h: the videos and sounds of K among the items of the catalogue. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_K_SOURCES_H
#define LOOPHOLE_FRONTENDS_CLI_K_SOURCES_H

#include "frontends/cli/base/cli.h"
#include "proto/wire/tree.h"
#include "schema_worker.h"

/* Finds each source by a path, from the folder of the database on, or by the name of one file alone, which is not
 * missing. In the document, the id of the item takes the place of the source. Other sources get an id of their own, and
 * stay among its items: they are placeholders, and `missing` gets their names. In cli->arena.
 * Errors (explained): those of search. */
enum err k_sources_find(struct cli *cli, const char *folder, const struct kbase_source_list *sources,
                        struct tree *document, struct text_list *missing, struct fault *fault);

#endif
