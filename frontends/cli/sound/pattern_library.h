/* pattern_library.h: the library of patterns, which all projects share. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_PATTERN_LIBRARY_H
#define LOOPHOLE_FRONTENDS_CLI_PATTERN_LIBRARY_H

#include "frontends/cli/base/cli.h"
#include "schema_project.h"

/* True if the setting [pattern] view is library: `pattern list` and names without a slash then mean the library.
 * Errors: those of config_load. */
enum err pattern_library_is_view(struct cli *cli, bool *is_view, struct fault *fault);

/* True if the arguments name patterns of the library, not slots. */
enum err pattern_library_is_meant(struct cli *cli, bool *is_meant, struct fault *fault);

enum err pattern_library_list(struct cli *cli, struct fault *fault); /* prints the patterns that the filters select */

/* Makes the change `verb` (enum library_verb) of the patterns that the arguments name, as one step, and prints the
 * sentence about it. Errors: bad_request, and those of cli_ask. */
enum err pattern_library_change(struct cli *cli, int32_t verb, struct fault *fault);

#endif
