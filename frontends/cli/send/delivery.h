/* delivery.h: puts one item's sound into a folder. The file appears whole or not at all. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_DELIVERY_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_DELIVERY_H

#include "frontends/cli/send/converter.h"
#include "frontends/cli/send/naming.h"
#include "frontends/cli/send/sent.h"

struct shipment {
    struct sent sent;
    struct converter converter;
    const char *pattern;
    bool whole; /* without the trim, the fades and the gain of items */
};

/* What became of an item. */
struct delivered {
    bool is_present; /* an earlier send made the file */
    char name[SAFE_NAME_SIZE];
    uint64_t bytes, clipped;
};

/* Errors of the item: offline, not_found, bad_request, denied, io, timeout, too_large. Errors that end the whole send
 * set *of_target: full, io, denied of the folder; internal. */
enum err delivery_make(struct shipment *delivery, const struct item *item, struct naming_place place,
                       struct delivered *to, bool *of_target, struct fault *fault);

#endif
