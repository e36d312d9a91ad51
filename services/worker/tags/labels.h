/* labels.h: collects the facts with source `file`. The first statement of an attribute wins; but a genre, an artist or
 * another person of a tag can have several values: "Techno; Ambient". Texts become UTF-8, at most 1,024 bytes, without
 * control characters. A number out of its range is kept but not shown. One thread. */
#ifndef LOOPHOLE_WORKER_LABELS_H
#define LOOPHOLE_WORKER_LABELS_H

#include "schema_media.h"
#include "services/worker/tags/charset.h"

enum {
    LABELS_MAX = 96, /* of the file; leaves room for those of the analysis */
    LABELS_BPM_MIN = 20,
    LABELS_BPM_MAX = 400,
    LABELS_FILE_VERSION = 1,
};

struct labels {
    struct arena *arena;
    struct fact_list list;       /* `at` has LABELS_MAX entries */
    unsigned tag;                /* the number of the tag that is read */
    unsigned tag_of[LABELS_MAX]; /* … that stated each fact */
};

/* Empties `labels`. All facts and texts live in `arena`. */
void labels_begin(struct labels *labels, struct arena *arena);

/* The statements that follow come from another tag: they add no values to facts that are there. */
void labels_begin_tag(struct labels *labels);

/* Adds a text, or a number if the attribute is one (bpm, year, track, one_shot). A text that is not a number is then
 * kept but not shown. `key` becomes "C#min", `genre` its name ("(17)" is "Rock"). The text ends at a zero character; of
 * an attribute with several values only a value does. An empty text adds nothing. */
void labels_words(struct labels *labels, const char *attribute, const uint8_t *bytes, size_t len, enum charset charset);

/* Adds a number; it is shown if it lies in [min, max]. A number that is not finite is dropped. */
void labels_number(struct labels *labels, const char *attribute, double number, double min, double max);

/* Adds loop_start and loop_end in frames; the end is the first frame after the loop. */
void labels_loop(struct labels *labels, int64_t start, int64_t end);

#endif
