/* dist.h: the built app (frontends/web/dist), compiled in. Constant; any thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_DIST_H
#define LOOPHOLE_FRONTENDS_WEB_DIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dist_file {
    const uint8_t *bytes;
    size_t len;
    const char *type;
    bool is_fixed; /* its name changes with its content */
};

/* The file of that path in dist; NULL if there is none. The result is valid until the next call. */
const struct dist_file *dist_find(const char *path);

#endif
