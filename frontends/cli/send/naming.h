/* naming.h: the names of sent files: text with parts in braces, "{n} {name}". One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_NAMING_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_NAMING_H

#include "frontends/cli/base/cli.h"

/* Errors: bad_request (an unknown part, a slash, an open brace). */
enum err naming_check(const char *pattern, struct fault *fault);

/* The place of a file among those that are sent. */
struct naming_place {
    uint32_t number, of; /* the first is 1 */
};

enum { NAMING_SIZE = 168 }; /* bytes of a name with a closing zero */

/* Writes the name with the extension ("wav", or ""). It has no slash, and at most 140 bytes before the extension. A
 * value that is not known is empty; the name never is. */
void naming_write(const char *pattern, const struct item *item, struct naming_place place, const char *extension,
                  char to[NAMING_SIZE]);

#endif
