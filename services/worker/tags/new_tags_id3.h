/* new_tags_id3.h: an ID3 tag with the labels of a job (new_tags.h). */
#ifndef LOOPHOLE_WORKER_TAGS_NEW_TAGS_ID3_H
#define LOOPHOLE_WORKER_TAGS_NEW_TAGS_ID3_H

#include "services/worker/tags/kind.h"
#include "services/worker/tags/pieces.h"

/* Adds the tag that replaces the one in the bytes from `at` to `end` of the file; *after is the end of that one, or
 * `at`. Errors: bad_request. */
enum err new_tags_id3(struct input *input, int64_t at, int64_t end, const struct label_job *job, struct text tags,
                      struct pieces *pieces, int64_t *after, struct fault *fault);
/* The same for a tag that must take all bytes from `at` to `end`. */
enum err new_tags_id3_whole(struct input *input, int64_t at, int64_t end, const struct label_job *job, struct text tags,
                            struct pieces *pieces, struct fault *fault);

#endif
