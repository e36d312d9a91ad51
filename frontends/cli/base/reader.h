/* reader.h: starts a sandboxed worker (schemas/worker.schema), which reads files that may come from a stranger. One
 * thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_READER_H
#define LOOPHOLE_FRONTENDS_CLI_READER_H

#include "frontends/cli/base/cli.h"
#include "proto/transport/sandboxed.h"

/* Starts a worker in that mode, or NULL. Errors (explained): internal, with the sentence `failed`. */
enum err reader_start(struct cli *cli, struct sandboxed *worker, const char *mode, const char *failed,
                      struct fault *fault);

/* us that a worker may take for an answer: the person's budget, or else `usual_ms`. */
usec_t reader_patience(const struct cli *cli, uint32_t usual_ms);

#endif
