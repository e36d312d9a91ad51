/* kbase_rest.h: what the document of K does not name, as text: a line of JSON for each row. One thread. */
#ifndef LOOPHOLE_WORKER_KBASE_REST_H
#define LOOPHOLE_WORKER_KBASE_REST_H

#include "common/buffer.h"
#include "proto/wire/tree.h"
#include "services/worker/kbase/kbase_tables.h"

enum { KBASE_REST_MOST = 1 << 20, KBASE_REST_OF_TABLE = 1 << 18 }; /* bytes of all tables, and of one */

struct kbase_rest {
    struct base *base;
    const struct kbase_tables *tables;
    struct kbase_notes *notes;
    struct buffer of[KBASE_TABLES];  /* the lines of each table */
    size_t len;                      /* of all */
    bool is_full[KBASE_TABLES];      /* noted already */
    bool has_no_loops, has_no_clips; /* their tables are kept whole: no row of them becomes a part */
};

/* Adds the present row as a line. `names` are those of its columns from column `from` on. A text that is no UTF-8 is
 * {"text": hex}, a blob {"blob": hex}. A row that does not fit is noted; then
 * no further one of its table is added. */
void kbase_rest_add(struct kbase_rest *rest, const struct kbase_table *table, const struct base_rows *row, int from,
                    const char *const *names, uint32_t count);

/* Adds all tables, of this project, without the columns that the document names: those are read elsewhere. */
void kbase_rest_read(struct kbase_rest *rest, int64_t project);

/* The texts as an object: a key for each table that has one. The arena gets the memory of the rest. */
struct tree kbase_rest_take(struct kbase_rest *rest, struct arena *arena);

#endif
