/* nearest.h: the known name that is most similar to an unknown one. Any thread. */
#ifndef LOOPHOLE_PROTO_NEAREST_H
#define LOOPHOLE_PROTO_NEAREST_H

#include "proto/wire/schema.h"

/* Explains a full name ("persist.put_medai") that schema_ask does not know: returns not_found, with the nearest service
 * or ask as the hint. The standard asks of all services are candidates too. */
enum err nearest_explain(struct text full_name, struct fault *fault);
/* The same for an ask of `schema`'s service, whatever service the name has. */
enum err nearest_explain_in(const struct schema *schema, struct text full_name, struct fault *fault);

#endif
