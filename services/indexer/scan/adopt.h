/* adopt.h: a folder becomes a library: an errand, for it touches the file system and asks persist. One at a time.
 *
 *   path ─► real path ─► a folder, within no library and around none? ─► volume ─► folders ─► library */
#ifndef LOOPHOLE_INDEXER_ADOPT_H
#define LOOPHOLE_INDEXER_ADOPT_H

#include "common/paths.h"
#include "common/process/errand.h"
#include "proto/service/service.h"
#include "schema_indexer.h"
#include "services/indexer/scan/catalogue_reader.h"

struct adopt_events {
    /* Once, in the loop. `library` is its record (also of one that was a library before), or NULL with a fault; it
     * lasts for the call. */
    void (*adopted)(void *state, struct ticket ticket, const struct library *library, const struct fault *fault);
    void *state;
};

/* Copies the request. The library is put under the request id of `call`. Errors: full. */
enum err adopt_start(struct errands *errands, const struct paths *paths, struct catalogue_reader *catalogue,
                     struct call *call, struct ticket ticket, const struct indexer_add_library *request,
                     const struct adopt_events *events);

#endif
