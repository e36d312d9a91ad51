/* links.h: the links that lead out of a folder, and the trust in them. A person trusts all links of a folder at
 * once, on this machine. A trusted link leads to the path to which it led then, without further links. A link whose
 * text differs is not trusted. Any thread; may wait for the file system. */
#ifndef LOOPHOLE_COMMON_BENEATH_LINKS_H
#define LOOPHOLE_COMMON_BENEATH_LINKS_H

#include "common/beneath/beneath.h"

/* Calls `see` for each link of the folder that leads out and is not trusted, with its name and text. Looks through
 * folders 8 deep and at 50,000 entries, and not through links. False: `see` has ended it, or there is more. */
bool links_each(struct beneath *b, bool (*see)(void *state, const char *name, const char *text), void *state);

/* Trusts each link out of the folder whose target exists. Errors: too_large (too many links or files), and those of
 * file_write_atomic; then none of them is trusted. */
enum err links_trust(struct beneath *b, const char *data, struct fault *fault);

#endif
