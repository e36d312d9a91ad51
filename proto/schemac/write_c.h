/* write_c.h: writes the C code of a schema. */
#ifndef LOOPHOLE_PROTO_SCHEMAC_WRITE_C_H
#define LOOPHOLE_PROTO_SCHEMAC_WRITE_C_H

#include "proto/schemac/write.h"

void write_header(struct schema_source *source, struct buffer *to);  /* schema_NAME.h */
void write_tables(struct schema_source *source, struct buffer *to);  /* schema_NAME.c */
void write_all(const struct schema_model *model, struct buffer *to); /* schema_all.c */

#endif
