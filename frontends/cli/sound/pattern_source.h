/* pattern_source.h: the pattern that an argument names. The arena of `cli` owns what is read. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_PATTERN_SOURCE_H
#define LOOPHOLE_FRONTENDS_CLI_PATTERN_SOURCE_H

#include "frontends/cli/base/cli.h"
#include "store/pattern/pattern_file.h"

/* Reads the file of a pattern; its paths of media items become ids. Errors: those of the file, not_found (an item). */
enum err pattern_source_read(struct cli *cli, const char *path, struct pattern_file *to, struct fault *fault);

/* The same, as the text of a file with ids. */
enum err pattern_source_text(struct cli *cli, const char *path, struct text *to, struct fault *fault);

/* The meaning of an argument [SLOT|NAME|FILE.json]: one member is set. */
struct pattern_source {
    struct text slot, name, file; /* the text of a file */
};
enum err pattern_source_find(struct cli *cli, const char *arg, struct pattern_source *to, struct fault *fault);

#endif
