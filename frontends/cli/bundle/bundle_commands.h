/* bundle_commands.h: the commands about bundles. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_COMMANDS_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_COMMANDS_H

#include "frontends/cli/base/cli.h"

/* stress.c */
enum err stress_autosaves(struct cli *cli, struct fault *fault);

/* bundle_export.c */
enum err bundle_export(struct cli *cli, struct fault *fault);

/* bundle_import.c */
enum err bundle_import(struct cli *cli, struct fault *fault);

/* bundle_offer.c */
enum err bundle_offer(struct cli *cli, struct fault *fault);

/* bundle_verify.c */
enum err bundle_verify(struct cli *cli, struct fault *fault);

/* bundle_qa.c */
enum err bundle_qa(struct cli *cli, struct fault *fault);

#endif
