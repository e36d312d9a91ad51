/* parse.h: parses one schema file into the model, without looking names up (resolve.h). One thread. */
#ifndef LOOPHOLE_SCHEMAC_PARSE_H
#define LOOPHOLE_SCHEMAC_PARSE_H

#include "proto/schemac/model.h"

/* Adds the file to model->sources, which is sorted by name. `path` and `text` must outlive the model. Reports errors:
 * bad_request. */
enum err parse_source(struct schema_model *model, const char *path, struct text text);

#endif
