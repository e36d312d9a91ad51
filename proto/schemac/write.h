/* write.h: writes the C code, the TypeScript types and the documentation of a checked model into buffers. One
 * thread. */
#ifndef LOOPHOLE_SCHEMAC_WRITE_H
#define LOOPHOLE_SCHEMAC_WRITE_H

#include "common/buffer.h"
#include "proto/schemac/model.h"

void write_header(struct schema_source *source, struct buffer *to);         /* schema_NAME.h */
void write_tables(struct schema_source *source, struct buffer *to);         /* schema_NAME.c */
void write_all(const struct schema_model *model, struct buffer *to);        /* schema_all.c */
void write_typescript(const struct schema_model *model, struct buffer *to); /* loophole.ts */
/* The text of protocol.md, after `head`. */
void write_docs(const struct schema_model *model, struct text head, struct buffer *to);

/* The tables of one definition, for schema_NAME.c. */
void write_choice_table(const struct definition *definition, struct buffer *to);
void write_shape(const struct definition *of, struct buffer *to);
void write_shape_name(const struct definition *of, struct buffer *to); /* media_shape, persist_put_media_shape */

/* Building blocks. */
void write_literal(struct text text, struct buffer *to);                 /* as a quoted C string */
void write_upper(struct text name, struct buffer *to);                   /* kind → KIND */
void write_struct_name(const struct definition *of, struct buffer *to);  /* media, persist_put_media */
void write_message_name(const struct definition *of, struct buffer *to); /* media, persist.put_media */

#endif
