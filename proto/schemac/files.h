/* files.h: what schemac reads and writes. One thread. */
#ifndef LOOPHOLE_SCHEMAC_FILES_H
#define LOOPHOLE_SCHEMAC_FILES_H

#include "proto/schemac/model.h"
#include "proto/schemac/options.h"

/* Reads and parses all schemas of the command line into the zeroed model. Errors, reported: bad_request, io,
 * not_found. */
enum err files_read(const struct schemac_options *options, struct schema_model *model);

/* Writes everything that is made of them; each file whole or not at all. Errors, reported: io, full. */
enum err files_write(const struct schemac_options *options, struct schema_model *model);

#endif
