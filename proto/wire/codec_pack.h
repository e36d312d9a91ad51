/* codec_pack.h: the elements of MessagePack for frames; part of codec.c, which includes MessagePack-c. Each function
 * appends to the buffer; to->failed shows an overflow. Any thread. */
#ifndef LOOPHOLE_PROTO_CODEC_PACK_H
#define LOOPHOLE_PROTO_CODEC_PACK_H

#include "common/buffer.h"

void codec_pack_list(struct buffer *to, uint32_t count); /* its elements follow */
void codec_pack_uint(struct buffer *to, uint64_t number);
void codec_pack_text(struct buffer *to, struct text text);
void codec_pack_bytes(struct buffer *to, struct bytes bytes);

#endif
