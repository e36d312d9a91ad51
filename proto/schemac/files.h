/* files.h: the files that schemac reads and writes. One thread. */
#ifndef LOOPHOLE_SCHEMAC_FILES_H
#define LOOPHOLE_SCHEMAC_FILES_H

#include "proto/schemac/model.h"
#include "proto/schemac/options.h"

/* Reads and parses all schemas of the command line into the zeroed model. Reports errors: bad_request, io,
 * not_found. */
enum err files_read(const struct schemac_options *options, struct schema_model *model);

/* Writes all generated files, each completely or not at all. Reports errors: io, full. */
enum err files_write(const struct schemac_options *options, struct schema_model *model);

#endif
