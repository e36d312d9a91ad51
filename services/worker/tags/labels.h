/* labels.h: gathers what a file says about itself as facts of source `file`. Each attribute once: the first that
 * says something wins. Words become UTF-8, at most 1,024 bytes, without control characters; numbers outside their
 * range are kept but not shown. One thread. */
#ifndef LOOPHOLE_WORKER_LABELS_H
#define LOOPHOLE_WORKER_LABELS_H

#include "schema_media.h"
#include "services/worker/tags/charset.h"

enum {
    LABELS_MAX = 96, /* a file's own: leaves room for those of analysis */
    LABELS_BPM_MIN = 20,
    LABELS_BPM_MAX = 400,
    LABELS_FILE_VERSION = 1,
};

struct labels {
    struct arena *arena;
    struct fact_list list; /* `at` has room for LABELS_MAX */
};

void labels_begin(struct labels *labels, struct arena *arena);

/* A word, or a number where the attribute is one (bpm, year, track, one_shot): read from the words, and when that
 * fails kept as words that are not shown. `key` becomes "C#min", `genre` its name ("(17)" is "Rock"). Ends at a
 * zero character. Nothing is said by words that are empty. */
void labels_words(struct labels *labels, const char *attribute, const uint8_t *bytes, size_t len, enum charset charset);

/* A number; shown when it lies in [min, max]; not kept when it is not finite. */
void labels_number(struct labels *labels, const char *attribute, double number, double min, double max);

/* loop_start and loop_end: frames; the end is the first frame after the loop. */
void labels_loop(struct labels *labels, int64_t start, int64_t end);

#endif
