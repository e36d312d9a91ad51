/* sessions.h: session files of other programs. A session is also a context (uses.h): it uses the items of its
 * references. In the open turn. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_SESSIONS_H
#define LOOPHOLE_PERSIST_SESSIONS_H

#include "services/persist/turn/persist.h"

/* Writes the session and the uses of its context; or removes the session and ends the uses. If it is the same song as
 * `moved_to`, its context becomes that one: a song that was renamed is one context. A session that could not be read
 * keeps the uses that it had. `answer` gets its id. Errors (explained): bad_request (no id or path), those of
 * uses_note. */
enum err sessions_put(struct persist *p, const struct persist_put_session *ask, struct done *answer,
                      struct fault *fault);

#endif
