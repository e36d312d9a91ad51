/* text.h: borrowed bytes. A text points into a message, an arena or a literal, and owns nothing. Any thread. */
#ifndef LOOPHOLE_COMMON_TEXT_H
#define LOOPHOLE_COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UTF-8 if the codec checked it. No zero follows. `at` may be NULL if len is 0. */
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
bool text_equal_caseless(struct text a, struct text b); /* letters of ASCII are equal in either case */
int text_compare(struct text a, struct text b);         /* by bytes; a prefix comes first */
bool text_starts(struct text a, struct text start);
bool text_ends(struct text a, struct text end);

/* Cuts the text before the first `end` off `rest`, with that `end`; all of it if there is none. Returns the text. */
struct text text_cut(struct text *rest, char end);

/* Copies into `to` with a closing zero. Returns false, with a cut copy, if it does not fit. */
bool text_copy(char *to, size_t size, struct text from);

/* Returns the number of letters to add, remove, change or swap (optimal string alignment distance), for "did you mean".
 * Texts are cut at 64 bytes. */
uint32_t text_distance(struct text a, struct text b);

/* True if all bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool text_is_utf8(struct text t);

uint32_t text_characters(struct text t); /* number of characters of UTF-8 */

/* Returns the length in bytes of the UTF-8 character at the start of `t`; 0 if there is none. */
uint32_t text_character(struct text t);

/* True if the character at the start of `t` controls a terminal or the reading direction instead of being visible.
 * These are C0, DEL, C1, line and paragraph separators, and the embeddings, overrides and isolates of right-to-left
 * text. (The latter can show "gpj.exe" as "exe.jpg".) */
bool text_steers(struct text t);

bool text_is_plain(struct text t);       /* true if it is UTF-8, and none of its characters steers */
bool text_is_plain_lines(struct text t); /* the same, but for line ends and tabs */

/* True if the array of C strings has this one. */
#define TEXT_IS_AMONG(name, names) text_is_among(name, names, sizeof(names) / sizeof((names)[0]))
bool text_is_among(const char *name, const char *const *names, size_t count);

#define TEXT_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD, written for each byte that is not UTF-8 */

/* Writes `from` to `to` as UTF-8, with TEXT_REPLACEMENT for each invalid byte, cut at the last whole character within
 * `max` bytes. Adds no zero. `from` may not overlap `to`. Returns the number of bytes written. */
uint32_t text_repair(char *to, uint32_t max, struct text from);

enum { TEXT_EXTENSION_SIZE = 17 };

/* Writes the extension of a file's name or path in lower case, without its dot. Writes "" if there is none, if the only
 * dot comes first, or if it is longer than 16 bytes or not UTF-8. Returns `to`. */
const char *text_extension(struct bytes path, char to[TEXT_EXTENSION_SIZE]);

enum { TEXT_SHOWN_MAX = 8 }; /* bytes of one character in shown form, with the closing zero */

/* Writes the character at the start of `from` in a form that is safe on a terminal: unchanged if it is UTF-8 and does
 * not steer, otherwise as "\x1b" (one byte) or "\u009b". Adds a zero. Returns its length in `from` in bytes; 0 at the
 * end. */
uint32_t text_shown(struct text from, char to[TEXT_SHOWN_MAX]);

/* Writes all of `from` in that form, cut at the last whole character that fits, with a closing zero. Returns its
 * length. `from` may not overlap `to`. Bytes below 0x80 that occur in `passed` (a C text) stay unchanged. */
size_t text_show(char *to, size_t size, struct text from, const char *passed);

struct bytes bytes_of(const void *at, size_t len); /* `len` is below 2^32 */
bool bytes_equal(struct bytes a, struct bytes b);
int bytes_compare(struct bytes a, struct bytes b); /* a prefix comes first */
/* True if the absolute path `inner` lies below the absolute path `outer`, which may be "/". Neither ends with another
 * slash. Compares the texts only. */
bool bytes_path_contains(struct bytes outer, struct bytes inner);
/* with a closing zero, for paths; false: it does not fit or contains a zero */
bool bytes_copy(char *to, size_t size, struct bytes from);

/* Returns the ending of a regular noun that follows its count: "" after 1, else "s". */
const char *text_plural(uint64_t count);

#endif
