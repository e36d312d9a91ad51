/* scan_writer.h: how a scan writes to persist, from its own thread: asks that are repeated under the same request id
 * until persist answers, and operations gathered into batches. One thread for each struct scan_writer.
 *
 * The operations of a scan say what is (a place, a move, a presence), so that saying one again, after a crash that
 * forgot the answer, changes nothing. */
#ifndef LOOPHOLE_INDEXER_SCAN_WRITER_H
#define LOOPHOLE_INDEXER_SCAN_WRITER_H

#include "common/process/errand.h"
#include "proto/service/service.h"
#include "proto/transport/ask.h"
#include "schema_persist.h"

enum { SCAN_WRITER_BATCH = 500 };

struct scan_writer {
    struct errand *errand;
    struct asker *asker;
    atomic_bool *waits; /* true while persist does not answer */
    struct arena arena; /* of the batch */
    uint32_t count;
    struct operation operations[SCAN_WRITER_BATCH];
    void *about[SCAN_WRITER_BATCH];
    /* Told of each operation of a batch once it is durable, or refused. */
    void (*answered)(void *state, const struct operation *operation, const struct outcome *outcome, void *about);
    void *state;
};

/* The members errand, waits, answered and state are set by the caller before. Errors: full, io. */
enum err scan_writer_open(struct scan_writer *writer, const struct paths *paths, struct fault *fault);
void scan_writer_close(struct scan_writer *writer); /* a batch under way is dropped */

/* Waits for the answer however long persist is away. Errors: persist's refusals; timeout when the errand is not to
 * go on. The answer lasts until the next ask. */
enum err scan_writer_ask(struct scan_writer *writer, const char *name, const void *request, void *answer,
                         struct fault *fault);

/* The same for the ask of a client, under that ask's id. `sender` without a digest: as scan_writer_ask. */
enum err scan_writer_ask_for(struct scan_writer *writer, const struct sender *sender, const char *name,
                             const void *request, void *answer, struct fault *fault);

/* Copies the operation, and sends the batch when it is full. `about` comes back with its answer. */
enum err scan_writer_add(struct scan_writer *writer, const struct operation *operation, void *about,
                         struct fault *fault);
enum err scan_writer_flush(struct scan_writer *writer, struct fault *fault);

#endif
