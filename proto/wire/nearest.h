/* nearest.h: the known name that is most similar to an unknown one. Any thread. */
#ifndef LOOPHOLE_PROTO_NEAREST_H
#define LOOPHOLE_PROTO_NEAREST_H

#include "proto/wire/schema.h"

/* Returns the number of letters to add, remove, change or swap (optimal string alignment distance). Texts are cut at 64
 * bytes. */
uint32_t nearest_distance(struct text a, struct text b);

/* Return the nearest name of all services; and of all asks of `schema` and the standard asks, without the service's
 * name. */
const char *nearest_service(struct text name);
const char *nearest_ask(const struct schema *schema, struct text name);

/* Explains a full name ("persist.put_medai") that schema_ask does not know: not_found with the nearest name. */
enum err nearest_explain(struct text full_name, struct fault *fault);
enum err nearest_explain_in(const struct schema *schema, struct text full_name, struct fault *fault);

#endif
