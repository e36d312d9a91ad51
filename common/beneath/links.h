/* links.h: the links that lead out of a folder, and the trust in them. A person trusts all links of a folder at
 * once, on this machine. A trusted link leads to the path to which it led then, without further links. A link whose
 * text differs is not trusted. Any thread; may wait for the file system. */
#ifndef LOOPHOLE_COMMON_BENEATH_LINKS_H
#define LOOPHOLE_COMMON_BENEATH_LINKS_H

#include "common/beneath/beneath.h"

enum { LINKS_SHOWN = 1024 /* bytes, with the zero byte */ };

/* A link that leads out and is not trusted. */
struct link_out {
    const char *name, *text;
    const char *target;      /* the path without links that it leads to; "": it leads nowhere */
    char shown[LINKS_SHOWN]; /* for a person, in UTF-8: "NAME -> TARGET", or with the text if it leads nowhere. No two
                              * links of different names or targets are shown alike: a long or foreign one has a hash */
};

/* Calls `see` for each of them. Looks through folders 8 deep and at 50,000 entries, and not through links. False: `see`
 * has ended it, or there is more. */
bool links_each(struct beneath *b, bool (*see)(void *state, const struct link_out *link), void *state);

/* Trusts the links out of the folder that lead somewhere: those of `seen`, as a person saw them, each with its zero
 * byte; or all, if it is empty. A link that was made or that leads elsewhere since then is not among them. Errors:
 * too_large (too many links or files), and those of file_write_atomic; then none of them is trusted. */
enum err links_trust(struct beneath *b, const char *data, struct bytes seen, struct fault *fault);

#endif
