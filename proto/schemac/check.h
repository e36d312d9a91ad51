/* check.h: what a schema that parses must also be: free of doubles, of records without end, of names that C or the
 * protocol already has, and with examples that hold. One thread. */
#ifndef LOOPHOLE_SCHEMAC_CHECK_H
#define LOOPHOLE_SCHEMAC_CHECK_H

#include "proto/schemac/model.h"

/* Of a resolved model. Errors, reported: bad_request. */
enum err check_model(struct schema_model *model);

/* The parts of it, each in a file of its own. */
enum err check_names(struct schema_model *model);    /* names within C: doubles and reserved ones */
enum err check_example(const struct member *member); /* against the field's type and bounds */

/* Forms of JSON fit their types, and no message and no record in it has one (with `is_message`; else the definition's
 * own fields alone are checked). No record may hold itself. */
enum err check_forms(const struct definition *definition, bool is_message);

#endif
