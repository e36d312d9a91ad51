/* ixml.h: the XML of the chunk iXML (iXML 3, with the extension ASWG-G006): tempo and key in ASWG, tags in USER. The
 * text is searched, not parsed: a damaged one gives wrong words, never more than its bytes. One thread. */
#ifndef LOOPHOLE_WORKER_IXML_H
#define LOOPHOLE_WORKER_IXML_H

#include "common/buffer.h"
#include "schema_worker.h"
#include "services/worker/tags/chunk.h"
#include "services/worker/tags/labels.h"

enum { IXML_MOST = 256 << 10 /* bytes of the chunk */ };

/* Adds the tempo, key and tags of the chunk to the labels. */
void ixml_facts(struct input *input, const struct chunk *chunk, struct labels *labels);

/* Sets the labels of the job in `xml`, which is empty or has the text of a chunk. Errors: bad_request (it is damaged,
 * or not UTF-8). */
enum err ixml_set(struct buffer *xml, const struct label_job *job, struct text tags, struct fault *fault);

#endif
