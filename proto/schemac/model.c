#include "proto/schemac/model.h"

struct definition *model_next_of(struct definition *from, enum definition_kind kind)
{
    while (from && from->kind != kind)
        from = from->next;
    return from;
}

bool model_has(const struct schema_source *source, enum definition_kind kind)
{
    return model_next_of(source->definitions, kind) != NULL;
}
