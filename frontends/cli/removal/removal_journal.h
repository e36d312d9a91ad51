/* removal_journal.h: the files that `duplicates remove` moves. Before each of them moves, a line about it is written to
 * DATA/duplicates.jsonl and synced. So the place of each moved file is known after a kill. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_REMOVAL_JOURNAL_H
#define LOOPHOLE_FRONTENDS_CLI_REMOVAL_JOURNAL_H

#include "common/id_table.h"
#include "frontends/cli/base/cli.h"

/* Opens it with the flags of open(2). Errors (explained): not_found, io. */
enum err removal_journal_open(struct cli *cli, int flags, int *fd, struct fault *fault);
enum err removal_journal_write(int fd, const struct removal_line *line, struct fault *fault); /* io (explained) */

/* Reads all of it; the caller frees the buffer. Errors (explained): not_found (nothing was removed), io. */
enum err removal_journal_read(struct cli *cli, struct buffer *journal, struct fault *fault);

struct journal_walk {
    struct text left; /* the text of the journal */
    struct removal_line line;
    char place[PATH_MAX]; /* of the moved file */
};

/* The next line whose file is where it was moved. False: no further one. */
bool removal_journal_next(struct cli *cli, struct journal_walk *walk);

/* The next line whose file is at its own path again, and not where it was moved. */
bool removal_journal_next_returned(struct cli *cli, struct journal_walk *walk);

/* Adds the runs whose step of undo is one of these. */
void removal_journal_runs(struct cli *cli, struct text journal, uint64_t first, uint64_t last, struct id_table *to);

/* The newest run with this step: a step that is done after an undo gets the number of the undone one. */
bool removal_journal_run(struct cli *cli, struct text journal, uint64_t step, struct id *to);

void removal_remark(const struct fault *fault); /* on standard error: why a file stays */

#endif
