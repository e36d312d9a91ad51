/* kit_hydrogen_file.h: the drumkit.xml of a kit, as Hydrogen's schema wants it. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_HYDROGEN_FILE_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_HYDROGEN_FILE_H

#include "common/buffer.h"
#include "schema_kit.h"

/* Appends the file. `files` has the name of each layer's file, in the order of the slots and of their layers. */
void kit_hydrogen_file_write(const struct kit *kit, const struct text *files, struct buffer *to);

#endif
