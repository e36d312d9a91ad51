/* new_tags.h: plans a file that says the labels of a job: WAV in the chunks bext (BWF) and iXML, MP3 and AIFF in ID3.
 * The rest of the file stays byte for byte. One thread. */
#ifndef LOOPHOLE_WORKER_NEW_TAGS_H
#define LOOPHOLE_WORKER_NEW_TAGS_H

#include "services/worker/tags/kind.h"
#include "services/worker/tags/pieces.h"

enum { NEW_TAGS_WORDS = 16384 /* bytes of all tags of an item with commas */ };

/* Fills `pieces`, which has begun. Errors (explained): bad_request (the format cannot take them, or the file is
 * damaged), too_large. */
enum err new_tags_plan(struct input *input, enum container container, const struct label_job *job,
                       struct pieces *pieces, struct fault *fault);

#endif
