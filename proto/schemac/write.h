/* write.h: writes the C code, the TypeScript types and the documentation of a checked model into buffers. One
 * thread. */
#ifndef LOOPHOLE_SCHEMAC_WRITE_H
#define LOOPHOLE_SCHEMAC_WRITE_H

#include "common/buffer.h"
#include "proto/schemac/model.h"

/* Building blocks. */
void write_literal(struct text text, struct buffer *to);                 /* as a quoted C string */
void write_upper(struct text name, struct buffer *to);                   /* kind → KIND */
void write_struct_name(const struct definition *of, struct buffer *to);  /* media, persist_put_media */
void write_message_name(const struct definition *of, struct buffer *to); /* media, persist.put_media */

#endif
