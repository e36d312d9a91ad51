/* message.h: the sentences of pattern commands with their exit codes: one table for the wire, OSC, the command line and
 * the log. docs/patterns.md lists them. Any thread. */
#ifndef LOOPHOLE_STORE_MESSAGE_H
#define LOOPHOLE_STORE_MESSAGE_H

#include "common/arena.h"
#include "common/err.h"

enum { MESSAGE_BAR_SIZE = 96 };
enum { SLOTS_BANK = 128 }; /* slots of a bank */

enum message {
    MESSAGE_SAVED,
    MESSAGE_LOADED_AT,
    MESSAGE_QUEUED,
    MESSAGE_REPLACES,
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
    MESSAGE_NONE_PLAYS,
    MESSAGE_UNKNOWN_PLAYS,
    MESSAGE_CORRUPT,
    MESSAGE_UNREADABLE,
    MESSAGE_SAVE_FAILED,
    MESSAGE_FAILED_TO_SAVE,
    MESSAGE_BAD_NAME,
    MESSAGE_BAD_BANK,
    MESSAGE_FILE_SAVED,
    MESSAGE_FAILED_TO_SAVE_FILE,
    MESSAGE_FILES_DELETED,
    MESSAGE_FILES_COPIED,
    MESSAGE_FILES_MOVED,
    MESSAGE_FILES_SWAPPED,
    MESSAGE_FILES_RENAMED,
    MESSAGE_ARCHIVED,
    MESSAGE_UNARCHIVED,
    MESSAGE_FILES_LISTED,
    MESSAGE_UNDONE,
    MESSAGE_REDONE,
    MESSAGE_NO_NAME,
    MESSAGE_NO_FILE,
    MESSAGE_SEVERAL_FILES,
    MESSAGE_FILE_EXISTS,
    MESSAGE_FILE_CORRUPT,
    MESSAGE_FILE_UNREADABLE,
    MESSAGE_FILE_CHANGED,
    MESSAGE_NO_STEP,
    MESSAGE_FAILED,
    MESSAGE_EXPORTED,
    MESSAGE_IMPORTED,
    MESSAGE_NO_MIDI,
    MESSAGE_MIDI_CORRUPT,
    MESSAGE_SONG,
    MESSAGE_SONG_LEFT,
    MESSAGE_SONG_EMPTY,
    MESSAGE_SONG_ENTRY,
};

/* The sentence with its texts; up to two, in order. */
struct text message_text(enum message message, struct arena *arena, struct text first, struct text second);

/* As message_text, for a sentence that begins with a count: the table has the singular and the plural. */
struct text message_counted(enum message message, struct arena *arena, uint32_t count, struct text second);

/* The sentence about a bar, which counts from 0. Returns `to`. */
const char *message_of_bar(enum message message, int64_t bar, char to[MESSAGE_BAR_SIZE]);

/* Fills the fault with the sentence and the code that the table gives it. Returns the code. */
enum err message_fault(enum message message, struct text first, struct text second, struct fault *fault);

/* Gives a fault that the table does not name, such as that of a disk or of another service, the sentence `message`
 * about `first`, and what it said as the hint. Its code stays. A wrong request, and a sentence of the table, stay as
 * they are. Returns true if the fault has another sentence now. */
bool message_cover(enum message message, struct text first, struct fault *fault);

/* The same with the sentence [PATTERN] Error: WHY; the hint stays. */
void message_complete(struct fault *fault);

/* True if a text that names a slot or a pattern of the library is a number: it names a slot. */
bool message_is_slot(struct text typed);

/* Reads a number without its fraction: "5", "5.0" and " 5.9 " are 5. */
bool message_read_whole(struct text typed, double *to);

/* Reads the number of a slot with message_read_whole. Errors (explained): bad_request. */
enum err message_read_slot(struct text typed, uint32_t *slot, struct fault *fault);

#endif
