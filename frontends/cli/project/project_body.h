/* project_body.h: the keys of a project or part as a person types them. One thread; memory from cli->arena. */
#ifndef LOOPHOLE_FRONTENDS_CLI_PROJECT_BODY_H
#define LOOPHOLE_FRONTENDS_CLI_PROJECT_BODY_H

#include "frontends/cli/base/cli.h"

/* Finds the one part with this id or name, in the project of --project: of the kind, or of any if that is 0. Errors:
 * not_found; bad_request (several have the name). */
enum err project_body_find(struct cli *cli, const char *typed, int32_t kind, struct id *id, struct fault *fault);

/* Makes a JSON object of the arguments KEY=VALUE from `first` on; an empty value removes the key. Levels and switches
 * take the units of units.h. `names_others`: item, track and section may be names, paths or queries. Errors:
 * bad_request, not_found. */
enum err project_body_read(struct cli *cli, int first, bool names_others, struct text *body, struct fault *fault);

#endif
