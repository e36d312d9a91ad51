#include "store/pattern/message.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 32 };

static const struct {
    const char *begin, *between, *end; /* of a counted one, `between` follows 1, and `end` any other count */
    enum err code;
} sentences[] = {
    [MESSAGE_SAVED] = { "[PATTERN] Saved to slot ", "", "", ERR_OK },
    [MESSAGE_LOADED_AT] = { "[SEQ] Pattern loaded at bar ", "", "", ERR_OK },
    [MESSAGE_QUEUED] = { "[SEQ] Pattern queued for bar ", "", "", ERR_OK },
    [MESSAGE_REPLACES] = { "[SEQ] Pattern queued for bar ", "; it replaces a queued pattern", "", ERR_OK },
    [MESSAGE_DELETED] = { "[PATTERN] Deleted slot ", "", "", ERR_OK },
    [MESSAGE_COPIED] = { "[PATTERN] Copied slot ", " to slot ", "", ERR_OK },
    [MESSAGE_MOVED] = { "[PATTERN] Moved slot ", " to slot ", "", ERR_OK },
    [MESSAGE_SWAPPED] = { "[PATTERN] Swapped slots ", " and ", "", ERR_OK },
    [MESSAGE_RENAMED] = { "[PATTERN] Renamed slot ", " to ", "", ERR_OK },
    [MESSAGE_BANK] = { "[PATTERN] Bank ", "", "", ERR_OK },
    [MESSAGE_LISTED] = { "[PATTERN] ", " slot in bank ", " slots in bank ", ERR_OK },
    [MESSAGE_NO_SLOT] = { "[PATTERN] Error: No slot number provided", "", "", ERR_BAD_REQUEST },
    [MESSAGE_INVALID_SLOT] = { "[PATTERN] Error: Invalid slot number: ", "", "", ERR_BAD_REQUEST },
    [MESSAGE_EMPTY] = { "[PATTERN] Error: Slot ", " is empty", "", ERR_NOT_FOUND },
    [MESSAGE_NONE_PLAYS] = { "[PATTERN] Error: No pattern plays", "", "", ERR_NOT_FOUND },
    [MESSAGE_UNKNOWN_PLAYS] = { "[PATTERN] Error: The restarted audio core does not know the pattern that plays", "",
                                "", ERR_NOT_FOUND },
    [MESSAGE_CORRUPT] = { "[PATTERN] Error: Slot ", " is corrupt: ", "", ERR_BAD_REQUEST },
    [MESSAGE_UNREADABLE] = { "[PATTERN] Error: Slot ", " cannot be read: ", "", ERR_IO },
    [MESSAGE_SAVE_FAILED] = { "[PATTERN] Save failed: ", "", "", ERR_IO },
    [MESSAGE_FAILED_TO_SAVE] = { "[PATTERN] Failed to save to slot ", "", "", ERR_IO },
    [MESSAGE_BAD_NAME] = { "[PATTERN] Error: Invalid name: ", "", "", ERR_BAD_REQUEST },
    [MESSAGE_BAD_BANK] = { "[PATTERN] Error: Invalid bank: ", "", "", ERR_BAD_REQUEST },
    [MESSAGE_FILE_SAVED] = { "[PATTERN] Saved to file ", "", "", ERR_OK },
    [MESSAGE_FAILED_TO_SAVE_FILE] = { "[PATTERN] Failed to save to file ", "", "", ERR_IO },
    [MESSAGE_FILES_DELETED] = { "[PATTERN] Deleted ", "", "", ERR_OK },
    [MESSAGE_FILES_COPIED] = { "[PATTERN] Copied ", " to ", "", ERR_OK },
    [MESSAGE_FILES_MOVED] = { "[PATTERN] Moved ", " to ", "", ERR_OK },
    [MESSAGE_FILES_SWAPPED] = { "[PATTERN] Swapped ", " and ", "", ERR_OK },
    [MESSAGE_FILES_RENAMED] = { "[PATTERN] Renamed ", " to ", "", ERR_OK },
    [MESSAGE_ARCHIVED] = { "[PATTERN] Archived ", "", "", ERR_OK },
    [MESSAGE_UNARCHIVED] = { "[PATTERN] Unarchived ", "", "", ERR_OK },
    [MESSAGE_FILES_LISTED] = { "[PATTERN] ", " pattern in the library", " patterns in the library", ERR_OK },
    [MESSAGE_UNDONE] = { "[PATTERN] Taken back: ", "", "", ERR_OK },
    [MESSAGE_REDONE] = { "[PATTERN] Done again: ", "", "", ERR_OK },
    [MESSAGE_NO_NAME] = { "[PATTERN] Error: No name provided", "", "", ERR_BAD_REQUEST },
    [MESSAGE_NO_FILE] = { "[PATTERN] Error: No pattern named ", "", "", ERR_NOT_FOUND },
    [MESSAGE_SEVERAL_FILES] = { "[PATTERN] Error: Several patterns are named ", ": ", "", ERR_BAD_REQUEST },
    [MESSAGE_FILE_EXISTS] = { "[PATTERN] Error: A pattern exists already: ", "", "", ERR_EXISTS },
    [MESSAGE_FILE_CORRUPT] = { "[PATTERN] Error: Pattern ", " is corrupt: ", "", ERR_BAD_REQUEST },
    [MESSAGE_FILE_UNREADABLE] = { "[PATTERN] Error: Pattern ", " cannot be read: ", "", ERR_IO },
    [MESSAGE_FILE_CHANGED] = { "[PATTERN] Error: Pattern ", " was changed since then", "", ERR_CONFLICT },
    [MESSAGE_NO_STEP] = { "[PATTERN] Error: Nothing to take back or to do again", "", "", ERR_NOT_FOUND },
    [MESSAGE_FAILED] = { "[PATTERN] Error: ", "", "", ERR_IO },
    [MESSAGE_EXPORTED] = { "[PATTERN] Exported ", " to ", "", ERR_OK },
    [MESSAGE_IMPORTED] = { "[PATTERN] Imported ", " to ", "", ERR_OK },
    [MESSAGE_NO_MIDI] = { "[PATTERN] Error: No MIDI file named ", "", "", ERR_NOT_FOUND },
    [MESSAGE_MIDI_CORRUPT] = { "[PATTERN] Error: MIDI file ", " is corrupt: ", "", ERR_BAD_REQUEST },
    [MESSAGE_SONG] = { "[SONG] ", " entry", " entries", ERR_OK },
    [MESSAGE_SONG_LEFT] = { "[SONG] Stopped; the pattern plays on", "", "", ERR_OK },
    [MESSAGE_SONG_EMPTY] = { "[SONG] Error: The song has no entries", "", "", ERR_NOT_FOUND },
    [MESSAGE_SONG_ENTRY] = { "[SONG] Error: Invalid entry: ", "", "", ERR_BAD_REQUEST },
};

struct text message_text(enum message message, struct arena *arena, struct text first, struct text second)
{
    return arena_printf(arena, "%s%.*s%s%.*s%s", sentences[message].begin, TEXT_ARG(first), sentences[message].between,
                        TEXT_ARG(second), sentences[message].end);
}

struct text message_counted(enum message message, struct arena *arena, uint32_t count, struct text second)
{
    return arena_printf(arena, "%s%u%s%.*s", sentences[message].begin, count,
                        count == 1 ? sentences[message].between : sentences[message].end, TEXT_ARG(second));
}

const char *message_of_bar(enum message message, int64_t bar, char to[MESSAGE_BAR_SIZE])
{
    (void)snprintf(to, MESSAGE_BAR_SIZE, "%s%lld%s%s", sentences[message].begin, (long long)bar,
                   sentences[message].between, sentences[message].end);
    return to;
}

/* Cuts a text at the last whole character within `most` bytes. */
static struct text cut_text(struct text text, uint32_t most)
{
    if (text.len <= most)
        return text;
    while (most > 0 && ((unsigned char)text.at[most] & 0xc0) == 0x80)
        most--;
    return (struct text){ most, text.at };
}

enum err message_fault(enum message message, struct text first, struct text second, struct fault *fault)
{
    first = cut_text(first.at ? first : TEXT(""), 60);
    second = cut_text(second.at ? second : TEXT(""), 150);
    return fault_set(fault, sentences[message].code, "%s%.*s%s%.*s%s", sentences[message].begin, TEXT_ARG(first),
                     sentences[message].between, TEXT_ARG(second), sentences[message].end);
}

/* A wrong request is explained by its field and by the patterns' own sentences. */
static bool lacks_sentence(const struct fault *fault)
{
    return fault->what[0] != '[' && fault->code != ERR_OK && fault->code != ERR_BAD_REQUEST &&
           fault->code != ERR_NOT_FOUND && fault->code != ERR_EXISTS && fault->code != ERR_VERSION;
}

bool message_cover(enum message message, struct text first, struct fault *fault)
{
    const struct fault cause = *fault;

    if (!lacks_sentence(fault))
        return false;
    message_fault(message, first, (struct text){ 0 }, fault);
    fault->code = cause.code;
    fault_hint(fault, "%s%s%s", cause.what, cause.hint[0] ? "; " : "", cause.hint);
    return true;
}

void message_complete(struct fault *fault)
{
    const struct fault cause = *fault;

    if (!lacks_sentence(fault))
        return;
    fault_set(fault, cause.code, "%s%s", sentences[MESSAGE_FAILED].begin, cause.what);
    memcpy(fault->hint, cause.hint, sizeof(fault->hint));
}

/* NaN and infinity are words. */
static bool read_number(struct text typed, double *to)
{
    char digits[NUMBER_SIZE], *end = digits;

    *to = NAN;
    if (text_copy(digits, sizeof(digits), typed) && digits[strspn(digits, "+-0123456789.eE ")] == '\0')
        *to = strtod(digits, &end);
    end += strspn(end, " ");
    return end != digits && *end == '\0' && typed.len > 0;
}

bool message_read_whole(struct text typed, double *to)
{
    bool is_number = read_number(typed, to);

    *to = trunc(*to);
    return is_number;
}

bool message_is_slot(struct text typed)
{
    double number;

    return read_number(typed, &number);
}

enum err message_read_slot(struct text typed, uint32_t *slot, struct fault *fault)
{
    double number;

    if (typed.len == 0)
        return message_fault(MESSAGE_NO_SLOT, typed, typed, fault);
    if (!message_read_whole(typed, &number) || !(number >= 1 && number <= SLOTS_BANK))
        return message_fault(MESSAGE_INVALID_SLOT, typed, (struct text){ 0 }, fault);
    *slot = (uint32_t)number;
    return ERR_OK;
}
