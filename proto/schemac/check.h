/* check.h: checks a parsed schema: no duplicates, no endless records, no names that C or the protocol uses, and
 * valid examples. It declares what check.c, check_names.c, check_example.c and check_forms.c define. One thread. */
#ifndef LOOPHOLE_SCHEMAC_CHECK_H
#define LOOPHOLE_SCHEMAC_CHECK_H

#include "proto/schemac/model.h"

/* Checks a resolved model. Reports errors: bad_request. */
enum err check_model(struct schema_model *model);

enum err check_names(struct schema_model *model);    /* duplicate and reserved names in C */
enum err check_example(const struct member *member); /* against the field's type and bounds */

/* Checks that forms of JSON fit their types, and that no record contains itself. With `is_message` no record within it
 * may have a form either; otherwise only the definition's own fields are checked. */
enum err check_forms(const struct definition *definition, bool is_message);

#endif
