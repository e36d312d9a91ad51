/* claims.h: gathers what a file says about itself as facts of source `file`. Each attribute once: the first that
 * says something wins. Words become UTF-8, at most 1,024 bytes, without control characters; numbers outside their
 * range are kept but not shown. One thread. */
#ifndef LOOPHOLE_WORKER_CLAIMS_H
#define LOOPHOLE_WORKER_CLAIMS_H

#include "schema_media.h"
#include "services/worker/charset.h"

enum {
    CLAIMS_MAX = 96, /* a file's own: leaves room for those of analysis */
    CLAIMS_BPM_MIN = 20,
    CLAIMS_BPM_MAX = 400,
    CLAIMS_FILE_VERSION = 1,
};

struct claims {
    struct arena *arena;
    struct fact_list list; /* `at` has room for CLAIMS_MAX */
};

/* Errors: full. */
enum err claims_begin(struct claims *claims, struct arena *arena);

/* A word, or a number where the attribute is one (bpm, year, track, one_shot): read from the words, and when that
 * fails kept as words that are not shown. `key` becomes "C#min", `genre` its name ("(17)" is "Rock"). Ends at a
 * zero character. Nothing is said by words that are empty. */
void claims_words(struct claims *claims, const char *attribute, const uint8_t *bytes, size_t len, enum charset charset);

/* A number; shown when it lies in [min, max]; not kept when it is not finite. */
void claims_number(struct claims *claims, const char *attribute, double number, double min, double max);

/* loop_start and loop_end: frames; the end is the first frame behind the loop. */
void claims_loop(struct claims *claims, int64_t start, int64_t end);

#endif
