/* nearest.h: the known name that an unknown one most likely meant. Any thread. */
#ifndef LOOPHOLE_PROTO_NEAREST_H
#define LOOPHOLE_PROTO_NEAREST_H

#include "proto/wire/schema.h"

/* Letters to add, take out, change or swap (optimal string alignment distance); texts over 64 bytes are cut. */
uint32_t nearest_distance(struct text a, struct text b);

/* The nearest of all services; of all asks of `schema` and of the standard ones, without the service's name. */
const char *nearest_service(struct text name);
const char *nearest_ask(const struct schema *schema, struct text name);

/* Explains a full name ("persist.put_medai") that schema_ask does not know: not_found with the nearest name. */
enum err nearest_explain(struct text full_name, struct fault *fault);
enum err nearest_explain_in(const struct schema *schema, struct text full_name, struct fault *fault);

#endif
