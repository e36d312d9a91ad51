/* parse.h: one schema file into the model. Names are not looked up yet (resolve.h). One thread. */
#ifndef LOOPHOLE_SCHEMAC_PARSE_H
#define LOOPHOLE_SCHEMAC_PARSE_H

#include "proto/schemac/model.h"

/* Adds the file to model->sources, by name. `path` and `text` must outlive the model. Errors, reported:
 * bad_request. */
enum err parse_source(struct schema_model *model, const char *path, struct text text);

#endif
