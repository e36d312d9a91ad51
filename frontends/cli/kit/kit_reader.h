/* kit_reader.h: reads the file of a kit in a sandboxed worker (mode `kit`, schemas/worker.schema), because it may come
 * from a stranger. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_READER_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_READER_H

#include "frontends/cli/base/cli.h"
#include "proto/transport/sandboxed.h"
#include "schema_worker.h"

/* Starts a worker in that mode. Errors (explained): internal. */
enum err kit_reader_start(struct cli *cli, struct sandboxed *worker, const char *mode, struct fault *fault);

int64_t kit_reader_patience(const struct cli *cli); /* us that a worker may take for an answer */

/* Reads an open file, which stays the caller's. The kit is in cli->arena, and has one file for each layer. Errors
 * (explained): bad_request (it cannot be read; two workers ended), timeout, internal (no worker can be started). */
enum err kit_reader_read(struct cli *cli, int fd, enum kit_format format, struct kit_file *to, struct fault *fault);

#endif
