/* caret.h: an error in a query, shown at its position:
 *   what   no field "bmp" at character 6
 *   hint   kick bmp:120
 *               ^ did you mean bpm:?   Any thread. */
#ifndef LOOPHOLE_SEARCH_CARET_H
#define LOOPHOLE_SEARCH_CARET_H

#include "common/err.h"
#include "common/text.h"

/* Sets bad_request at byte `at` of `query`, with field `query`. `advice` ("": none) follows the caret. Of a long query
 * only the part around the error is shown. */
enum err caret_fault(struct fault *fault, struct text query, uint32_t at, const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
