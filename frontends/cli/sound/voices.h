/* voices.h: the voices of the streamer on the command line. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_VOICES_H
#define LOOPHOLE_FRONTENDS_CLI_VOICES_H

#include "frontends/cli/base/cli.h"
#include "schema_streamer.h"

static const double FADE_MOST = 10; /* seconds */

/* Reads the number of a voice, 0 to 31. Errors: bad_request. */
enum err voices_read(const char *typed, uint64_t *voice, struct fault *fault);

/* Prints the answer as JSON, or the voice in it as a line. Returns ERR_OK. */
enum err voices_print(struct cli *cli, const struct shape *shape, const void *answer, const struct stream_voice *voice);

#endif
