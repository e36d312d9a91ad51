#include "services/search/duplicates/forest.h"

uint32_t forest_find(uint32_t *root, uint32_t i)
{
    for (; root[i] != i; i = root[i])
        root[i] = root[root[i]];
    return i;
}

void forest_join(uint32_t *root, uint32_t a, uint32_t b)
{
    a = forest_find(root, a);
    b = forest_find(root, b);
    if (a < b)
        root[b] = a;
    else
        root[a] = b;
}
