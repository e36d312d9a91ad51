/* kit_reader.h: reads the file of a kit in a sandboxed worker (mode `kit`, schemas/worker.schema), because it may come
 * from a stranger. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_READER_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_READER_H

#include "frontends/cli/base/cli.h"
#include "proto/transport/sandboxed.h"
#include "schema_worker.h"

/* Of the workers of kits (reader.h). */
enum { KIT_READER_MS = 60000 };
#define KIT_READER_FAILED "no reader of kits can be started"

/* Reads an open file, which stays the caller's. The kit is in cli->arena, and has one file for each layer. Errors
 * (explained): bad_request (it cannot be read; two workers ended), timeout, internal (no worker can be started). */
enum err kit_reader_read(struct cli *cli, int fd, enum kit_format format, struct kit_file *to, struct fault *fault);

#endif
