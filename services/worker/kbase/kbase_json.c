#include "services/worker/kbase/kbase_json.h"

#include "proto/wire/json_node.h"
#include "proto/wire/quoted_json.h"

/* A document has a text of a part a few levels deep, and readers count these too. */
enum { DEPTH_MOST = JSON_TREE_DEPTH - 8 };

struct kbase_json_size {
    uint32_t values, depth;
};

/* The tree has at most JSON_TREE_DEPTH levels: the parser refuses more. */
static void measure_tree(const struct tree *tree, uint32_t depth, struct kbase_json_size *to)
{
    to->values++;
    if (depth > to->depth)
        to->depth = depth;
    for (uint32_t i = 0; (tree->type == TREE_LIST || tree->type == TREE_OBJECT) && i < tree->count; i++)
        measure_tree(&tree->members[i].value, depth + 1, to);
}

bool kbase_json_read(struct text text, struct arena *arena, uint32_t *values, struct tree *to)
{
    struct kbase_json_size size = { 0 };

    if (!quoted_json_read(text, arena, to))
        return false;
    measure_tree(to, 1, &size);
    if (size.depth > DEPTH_MOST || size.values > KBASE_VALUES_MOST - *values)
        return false;
    *values += size.values;
    return true;
}
