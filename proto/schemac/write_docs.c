#include "proto/schemac/write.h"

void write_docs(const struct model *model, struct text head, struct buffer *to)
{
    (void)model;
    buffer_add(to, head.at, head.len);
}
