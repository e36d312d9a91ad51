/* fts.h: the same items in SQLite (words in FTS5, facts in an indexed table) and the same questions. In memory, so the
 * disk is not measured. One thread. */
#ifndef LOOPHOLE_BENCH_QUERY_FTS_H
#define LOOPHOLE_BENCH_QUERY_FTS_H

#include <stdint.h>

enum { FTS_FACETS = 4, FTS_VALUES = 4096 };

/* A question: about words (FTS5's language, or "") and about facts (SQL over `item`, or ""). */
struct fts_question {
    char words[160];
    char facts[240];
    const char *facets[FTS_FACETS]; /* class family key tag pack; NULL ends them */
};

struct fts_answer {
    uint64_t total;
    double seconds;
    uint32_t counts[FTS_FACETS][FTS_VALUES]; /* index: the number of the value */
    uint32_t page[20], shown;
};

struct fts;
struct fts *fts_build(uint32_t count, uint64_t seed); /* ends the program on an error */
void fts_ask(struct fts *fts, const struct fts_question *question, struct fts_answer *answer);
double fts_megabytes(void);
const char *fts_version(void);

#endif
