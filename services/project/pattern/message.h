/* message.h: the sentences of pattern commands, the same for the command line and the wire; docs/patterns.md lists
 * them. Any thread. */
#ifndef LOOPHOLE_PROJECT_MESSAGE_H
#define LOOPHOLE_PROJECT_MESSAGE_H

#include "common/arena.h"
#include "common/err.h"

enum message {
    MESSAGE_SAVED,
    MESSAGE_LOADED_AT,
    MESSAGE_QUEUED,
    MESSAGE_DELETED,
    MESSAGE_COPIED,
    MESSAGE_MOVED,
    MESSAGE_SWAPPED,
    MESSAGE_RENAMED,
    MESSAGE_BANK,
    MESSAGE_LISTED,
    MESSAGE_NO_SLOT,
    MESSAGE_INVALID_SLOT,
    MESSAGE_EMPTY,
    MESSAGE_CORRUPT,
    MESSAGE_SAVE_FAILED,
    MESSAGE_BAD_NAME,
    MESSAGE_BAD_BANK,
};

/* The sentence with its texts; up to two, in order. */
struct text message_text(enum message message, struct arena *arena, struct text first, struct text second);

/* Fills the fault with the sentence and the code that the table gives it. Returns the code. */
enum err message_fault(enum message message, struct text first, struct text second, struct fault *fault);

#endif
