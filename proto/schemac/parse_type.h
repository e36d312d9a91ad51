/* parse_type.h: the type of a field, `text(64)[256]?`, with its default bounds. One thread. */
#ifndef LOOPHOLE_SCHEMAC_PARSE_TYPE_H
#define LOOPHOLE_SCHEMAC_PARSE_TYPE_H

#include "proto/schemac/lexer.h"

/* Fills the type, flags and bounds of `member`. A name that is no basic type becomes a FIELD_RECORD without its
 * definition. */
enum err parse_type(struct schema_lexer *lexer, struct member *member);

#endif
