#include "proto/schemac/model.h"

struct definition *definition_of_kind(struct definition *from, enum definition_kind kind)
{
    while (from && from->kind != kind)
        from = from->next;
    return from;
}

bool source_has(const struct source *source, enum definition_kind kind)
{
    return definition_of_kind(source->definitions, kind) != NULL;
}
