/* config.h: the INI file CONFIG/loophole.conf. The table of setting.h has each setting with its default, so the file
 * may be missing. A key is "section.name". A getter notes an unusable value; config_check reports the first. One
 * thread at a time.
 *
 *   # a comment
 *   [section] # a comment
 *   name = value ; a comment, because a space is before it. `:` may stand for `=`. No line is continued by the next. */
#ifndef LOOPHOLE_COMMON_CONFIG_H
#define LOOPHOLE_COMMON_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/paths.h"
#include "common/process/setting.h"

struct config;

enum { CONFIG_FILE_BYTES = 1 << 20 };

/* The caller frees the result with config_free. Errors name the file and the line: bad_request (not INI, or a key
 * twice), too_large (CONFIG_FILE_BYTES, a line of 16,384 bytes, 1,024 settings), io, denied. */
enum err config_load(const struct paths *paths, struct config **config, struct fault *fault);
void config_free(struct config *config);

/* Return the value of `key`, which must be a row of the table of that kind. If the file does not have it, or if its
 * value does not fit, which they note, they return the default of the table. */
int64_t config_int(struct config *config, const char *key);
int64_t config_int_or(struct config *config, const char *key, int64_t usual); /* if the table has no default */
double config_real(struct config *config, const char *key);
bool config_bool(struct config *config, const char *key);
const char *config_text(struct config *config, const char *key); /* also of words and paths; valid until config_free */

/* The lines of the file, in its order. */
struct config_line {
    struct text key;
    struct text value; /* with a closing zero */
    int line;          /* from 1 */
};
const struct config_line *config_lines(const struct config *config, uint32_t *count);
const struct config_line *config_find(const struct config *config, struct text key); /* NULL: not set */

/* Write "FILE:LINE: ", and report that a value does not fit (bad_request). */
enum { CONFIG_PLACE = 128 };

/* Checks the whole file against the table: unknown sections and keys, values that do not fit, and settings that need
 * others. Calls `found` (or NULL) for each, in the order of the file. Returns their number. */
typedef void config_found(void *state, const struct fault *fault);
uint32_t config_check_all(const struct config *config, config_found *found, void *state);

/* Loads the file and checks all of it. Reports the first mistake, and in its hint how many others there are. Errors:
 * those of config_load, bad_request. */
enum err config_check_file(const struct paths *paths, struct fault *fault);

/* Writes one setting into the file, which is created if it is missing, and keeps everything else in it. Errors, after
 * which the file is unchanged: bad_request (an unknown key, a value that does not fit or that the file cannot hold),
 * too_large (config_load would refuse the file), those of config_load, full, io, denied. */
enum err config_put(const struct paths *paths, const char *key, const char *value, struct fault *fault);

/* Call it after the last getter: reports the first unusable value as "FILE:LINE: …". Errors: bad_request. */
enum err config_check(const struct config *config, struct fault *fault);

/* Frees `config`. Returns `e`, or the error of config_check if `e` is none. */
enum err config_end(struct config *config, enum err e, struct fault *fault);

#endif
