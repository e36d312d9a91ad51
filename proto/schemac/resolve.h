/* resolve.h: resolves names: uses, types of fields, answers. One thread. */
#ifndef LOOPHOLE_SCHEMAC_RESOLVE_H
#define LOOPHOLE_SCHEMAC_RESOLVE_H

#include "proto/schemac/model.h"

/* Resolves each name to an enum or record of its file or of a file that it uses. Reports errors: bad_request for an
 * unknown name, a circle of uses, or an answer that is not a record. */
enum err resolve_model(struct schema_model *model);

#endif
