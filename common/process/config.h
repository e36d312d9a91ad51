/* config.h: CONFIG/loophole.conf, an INI file. Every setting has a default that works, so the file may be missing.
 * A key is "section.name". A value that can't be used is noted: config_check reports the first one. The only file
 * with inih is config.c. One thread at a time. */
#ifndef LOOPHOLE_COMMON_CONFIG_H
#define LOOPHOLE_COMMON_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/paths.h"

struct config;

/* Errors name the file and the line: bad_request (not INI, a key twice), too_large (1 MB), io, denied. */
enum err config_load(const struct paths *paths, struct config **config, struct fault *fault);
void config_free(struct config *config);

/* The value of `key`; `fallback` when it is not set, or noted as an error: not a number, out of range, … */
int64_t config_int(struct config *config, const char *key, int64_t fallback, int64_t min, int64_t max);
double config_real(struct config *config, const char *key, double fallback, double min, double max);
bool config_bool(struct config *config, const char *key, bool fallback); /* yes no true false on off 1 0 */
const char *config_text(struct config *config, const char *key, const char *fallback); /* until config_free */

/* Writes one setting into the file, which is made if it is missing; the rest stays as a person wrote it. `value` is one
 * line. Errors: those of config_load (a file that cannot be read is not written), full, io, denied. */
enum err config_put(const struct paths *paths, const char *key, const char *value, struct fault *fault);

/* After the last getter: the first value that was refused, "FILE:LINE: …"; bad_request. */
enum err config_check(const struct config *config, struct fault *fault);

#endif
