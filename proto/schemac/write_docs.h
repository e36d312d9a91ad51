/* write_docs.h: writes docs/protocol.md. */
#ifndef LOOPHOLE_PROTO_SCHEMAC_WRITE_DOCS_H
#define LOOPHOLE_PROTO_SCHEMAC_WRITE_DOCS_H

#include "proto/schemac/write.h"

/* The text of protocol.md, after `head`. */
void write_docs(const struct schema_model *model, struct text head, struct buffer *to);

#endif
