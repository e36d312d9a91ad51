/* text.h: borrowed runs of bytes. A text points into a message, an arena or a literal; it owns nothing.
 * Any thread. */
#ifndef LOOPHOLE_COMMON_TEXT_H
#define LOOPHOLE_COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UTF-8 where it came through the codec; not terminated by a zero; `at` may be NULL when len is 0. */
struct text {
    uint32_t len;
    const char *at;
};

/* Any bytes: paths, hashes, embeddings. */
struct bytes {
    uint32_t len;
    const uint8_t *at;
};

#define TEXT(literal) ((struct text){ sizeof(literal) - 1, (literal) })
#define TEXT_ARG(t)   (int)(t).len, ((t).at ? (t).at : "") /* for printf's %.*s */

struct text text_of(const char *zero_terminated); /* NULL gives an empty text */
bool text_equal(struct text a, struct text b);
bool text_is(struct text a, const char *zero_terminated);
int text_compare(struct text a, struct text b); /* by bytes; shorter first when one begins the other */
bool text_starts(struct text a, struct text start);

/* Copies into `to` with a closing zero; returns false, leaving a cut copy, when it does not fit. */
bool text_copy(char *to, size_t size, struct text from);

/* True when all bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool text_is_utf8(struct text t);

/* Bytes of the UTF-8 character that `t` begins with; 0 when it is empty or begins with something else. */
uint32_t text_character(struct text t);

/* True when the character at the start of `t` steers a terminal or the order of reading instead of showing something:
 * C0, DEL, C1, the separators of lines and paragraphs, and the embeddings, overrides and isolates of right-to-left text
 * (they can show "gpj.exe" as "exe.jpg"). */
bool text_steers(struct text t);

#define TEXT_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD, written for each byte that is not UTF-8 */

/* Writes `from` to `to` as UTF-8, TEXT_REPLACEMENT in place of each byte that is none, cut at the last whole character
 * within `max` bytes. Writes no closing zero. `from` may not overlap `to`. Returns the bytes written. */
uint32_t text_repair(char *to, uint32_t max, struct text from);

enum { TEXT_EXTENSION_SIZE = 17 };

/* The extension of a file's name or path, in lower case and without its dot. "" when the name has none, begins with its
 * only dot, or has one that is longer than 16 bytes or not UTF-8. Returns `to`. */
const char *text_extension(struct bytes path, char to[TEXT_EXTENSION_SIZE]);

enum { TEXT_SHOWN_MAX = 8 }; /* bytes of one character as it is shown, with the closing zero */

/* Writes the character at the start of `from` the way a terminal may show it: as it is, or, when it steers or is not
 * UTF-8, as "\x1b" (one byte) or "\u009b". Closes `to` with a zero. Returns its bytes in `from`; 0 at the end. */
uint32_t text_shown(struct text from, char to[TEXT_SHOWN_MAX]);

/* All of `from` in that form, cut at the last whole character that fits, with a closing zero. Returns its length.
 * `from` may not overlap `to`. Bytes below 0x80 that are in `passed` (a C text) are copied as they are. */
size_t text_show(char *to, size_t size, struct text from, const char *passed);

struct bytes bytes_of(const void *at, size_t len);
bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_copy(char *to, size_t size, struct bytes from); /* with a closing zero, for paths; false: does not fit
                                                              or holds a zero itself */

#endif
