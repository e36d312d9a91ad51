/* resolve.h: finds what names refer to: uses, types of fields, answers. One thread. */
#ifndef LOOPHOLE_SCHEMAC_RESOLVE_H
#define LOOPHOLE_SCHEMAC_RESOLVE_H

#include "proto/schemac/model.h"

/* A name means an enum or record of its own file or of one that the file uses. Errors, reported: bad_request for
 * an unknown name, a circle of uses, or an answer that is no record. */
enum err resolve_model(struct schema_model *model);

#endif
