/* config.h: the INI file CONFIG/loophole.conf. Every setting has a default, so the file may be missing. A key is
 * "section.name". A getter notes an unusable value; config_check reports the first. Only config.c includes inih. One
 * thread at a time. */
#ifndef LOOPHOLE_COMMON_CONFIG_H
#define LOOPHOLE_COMMON_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/paths.h"

struct config;

/* The caller frees the result with config_free. Errors name the file and the line: bad_request (not INI, or a key
 * twice), too_large (1 MB), io, denied. */
enum err config_load(const struct paths *paths, struct config **config, struct fault *fault);
void config_free(struct config *config);

/* Return the value of `key`; `fallback` if it is not set, or if it is not a number, out of range, …, which they
 * note. */
int64_t config_int(struct config *config, const char *key, int64_t fallback, int64_t min, int64_t max);
double config_real(struct config *config, const char *key, double fallback, double min, double max);
bool config_bool(struct config *config, const char *key, bool fallback); /* yes no true false on off 1 0 */
const char *config_text(struct config *config, const char *key, const char *fallback); /* valid until config_free */

/* Writes one setting into the file, which is created if it is missing, and keeps everything else in it. `value` is one
 * line. Errors: those of config_load (the file is then unchanged), full, io, denied. */
enum err config_put(const struct paths *paths, const char *key, const char *value, struct fault *fault);

/* Call it after the last getter: reports the first unusable value as "FILE:LINE: …". Errors: bad_request. */
enum err config_check(const struct config *config, struct fault *fault);

/* Frees `config`. Returns `e`, or the error of config_check if `e` is none. */
enum err config_end(struct config *config, enum err e, struct fault *fault);

#endif
