/* caret.h: an error in a query shown at its place:
 *   what   no field "bmp" at character 6
 *   hint   kick bmp:120
 *               ^ did you mean bpm:?   Any thread. */
#ifndef LOOPHOLE_SEARCH_CARET_H
#define LOOPHOLE_SEARCH_CARET_H

#include "common/err.h"
#include "common/text.h"

/* bad_request at byte `at` of `query`, with field `query`. `advice` ("" for none) follows the caret; a
 * long query is shown around the place. */
enum err caret_fault(struct fault *fault, struct text query, uint32_t at, const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
