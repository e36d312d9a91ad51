/* survey.h: finds missing and changed files of artefacts. Rows are read in short transactions, files outside of them.
 * Any thread, one at a time. */
#ifndef LOOPHOLE_STORE_SURVEY_H
#define LOOPHOLE_STORE_SURVEY_H

#include "common/clock.h"
#include "schema_persist.h"
#include "store/row.h"

struct survey_row {
    uint8_t content[16];
    const char *name; /* as in artefact.h */
    struct kept_artefact kept;
};

struct survey_rows {
    uint32_t count;
    struct survey_row *at;
};

/* Copies the rows of up to `most` artefacts with files into the arena, beginning at `*from` (len 0: at the first), and
 * moves `*from` after them. `*more` is false after the last row. Errors: full, internal. */
enum err survey_read(struct txn *txn, struct arena *arena, struct key *from, uint32_t most, struct survey_rows *rows,
                     bool *more);

/* True if the file has the right size and, if its inode changed at `read_from` or later (wall clock, µs), the right
 * digest. */
bool survey_is_whole(const struct paths *paths, struct arena *arena, const struct survey_row *row, usec_t read_from);

/* Counts the missing or truncated files, and the contents they belong to. Errors: offline (no store), full,
 * internal. */
struct survey_count {
    uint64_t files, contents;
};
enum err survey_count(const struct paths *paths, struct survey_count *lost, struct fault *fault);

#endif
