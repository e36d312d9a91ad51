/* kbase_json.h: the texts of JSON of a database that become part of a document. One thread. */
#ifndef LOOPHOLE_WORKER_KBASE_JSON_H
#define LOOPHOLE_WORKER_KBASE_JSON_H

#include "proto/wire/tree.h"

enum { KBASE_VALUES_MOST = 131072 /* in all texts of a project: its document may have twice as many */ };

/* Reads a text as quoted_json.h does, if it is not nested too deep to lie in a document. `values` counts those of all
 * texts that were read. False: it is no such object, or there would be more than KBASE_VALUES_MOST. */
bool kbase_json_read(struct text text, struct arena *arena, uint32_t *values, struct tree *to);

#endif
