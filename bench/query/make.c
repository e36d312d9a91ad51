/* make: makes a store of COUNT made-up items in a new home. Usage: make COUNT SEED [vectors [here]] */
#include <stdio.h>
#include <stdlib.h>

#include "bench/query/items.h"

int main(int argc, char **argv)
{
    struct paths paths;
    struct fault fault = { 0 };

    if (argc < 3 || paths_find(&paths, &fault) != ERR_OK) {
        fprintf(stderr, "make COUNT SEED [vectors [here]]: %s\n", fault.what);
        return 1;
    }
    items_store(&paths, (uint32_t)strtoul(argv[1], NULL, 10), strtoull(argv[2], NULL, 10),
                (argc > 3 ? ITEMS_VECTORS : 0) | (argc > 4 ? ITEMS_HERE : 0));
    return 0;
}
