/* kit_sfz_file.h: the SFZ file of a kit: a region for each layer. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_SFZ_FILE_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_SFZ_FILE_H

#include "common/buffer.h"
#include "schema_kit.h"

/* Appends the file. `files` is as in kit_hydrogen_file_write. */
void kit_sfz_file_write(const struct kit *kit, const struct text *files, struct buffer *to);

#endif
