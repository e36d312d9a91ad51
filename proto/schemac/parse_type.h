/* parse_type.h: parses the type of a field, `text(64)[256]?`, with its default bounds. One thread. */
#ifndef LOOPHOLE_SCHEMAC_PARSE_TYPE_H
#define LOOPHOLE_SCHEMAC_PARSE_TYPE_H

#include "proto/schemac/lexer.h"

/* Sets the type, flags and bounds of `member`. An unknown type name becomes a FIELD_RECORD without a definition.
 * Reports errors: bad_request. */
enum err parse_type(struct schema_lexer *lexer, struct member *member);

#endif
