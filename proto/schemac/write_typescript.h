/* write_typescript.h: writes the types of the page. */
#ifndef LOOPHOLE_PROTO_SCHEMAC_WRITE_TYPESCRIPT_H
#define LOOPHOLE_PROTO_SCHEMAC_WRITE_TYPESCRIPT_H

#include "proto/schemac/write.h"

void write_typescript(const struct schema_model *model, struct buffer *to); /* loophole.ts */

#endif
