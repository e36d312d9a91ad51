/* k_reader.h: reads a database of K in a sandboxed worker (mode `kbase`, schemas/worker.schema), because it may come
 * from a stranger. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_K_READER_H
#define LOOPHOLE_FRONTENDS_CLI_K_READER_H

#include "frontends/cli/base/cli.h"
#include "frontends/cli/migrate/k_copy.h"
#include "proto/transport/sandboxed.h"
#include "schema_worker.h"

struct k_reader {
    struct cli *cli;
    struct sandboxed worker;
    struct arena arena; /* of the last answer */
    uint64_t number;
    bool has_ended; /* nothing further can be read */
};

/* Opens a copy. `opened` has the projects, and notes about all of the database; it is in cli->arena. The caller ends
 * the reader, also after an error. Errors (explained): bad_request (it cannot be read; the worker ended), timeout,
 * internal (no worker can be started). */
enum err k_reader_open(struct cli *cli, const struct k_copy *copy, struct k_reader *reader, struct kbase_read *opened,
                       struct fault *fault);

/* Reads one of its projects, into cli->arena. Errors: the same, without the name of the project. */
enum err k_reader_read(struct k_reader *reader, uint32_t project, struct kbase_read *to, struct fault *fault);
void k_reader_end(struct k_reader *reader);

#endif
