/* fts.h: the same items in SQLite, words in FTS5 and facts in an indexed table, and the same questions. In memory, so
 * that no disk is measured. One thread. */
#ifndef LOOPHOLE_BENCH_QUERY_FTS_H
#define LOOPHOLE_BENCH_QUERY_FTS_H

#include <stdint.h>

enum { FTS_FACETS = 4, FTS_VALUES = 4096 };

/* What is asked: of the words (FTS5's language, or "") and of the facts (SQL over `item`, or ""). */
struct fts_question {
    char words[160];
    char facts[240];
    const char *facets[FTS_FACETS]; /* class family key tag pack; NULL ends them */
};

struct fts_answer {
    uint64_t total;
    double seconds;
    uint32_t counts[FTS_FACETS][FTS_VALUES]; /* by the number of the value */
    uint32_t page[20], shown;
};

struct fts;
struct fts *fts_build(uint32_t count, uint64_t seed); /* ends the program when it can't */
void fts_ask(struct fts *fts, const struct fts_question *question, struct fts_answer *answer);
double fts_megabytes(void);
const char *fts_version(void);

#endif
