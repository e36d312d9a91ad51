/* sounds.h: loading short sounds into memory. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SOUNDS_H
#define LOOPHOLE_FRONTENDS_CLI_SOUNDS_H

#include "frontends/cli/base/cli.h"
#include "schema_streamer.h"

/* Loads the one item or file that `count` arguments name (named.h). Errors: those of named_one and of
 * streamer.load_sound. */
enum err sounds_load(struct cli *cli, int count, char **args, struct loaded_sound *to, struct fault *fault);

#endif
