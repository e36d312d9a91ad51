/* raw.h: any message of the protocol, by the tables only. */
#ifndef LOOPHOLE_FRONTENDS_CLI_RAW_H
#define LOOPHOLE_FRONTENDS_CLI_RAW_H

#include "frontends/cli/base/cli.h"

/* The message that the arguments name and fill, as MessagePack. */
enum err raw_request(struct cli *cli, struct buffer *to, struct fault *fault);
enum err raw_ask(struct cli *cli, struct fault *fault);

#endif
