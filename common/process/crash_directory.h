/* crash_directory.h: DATA/crash, the folder of the records of crash.h. Any thread, but for crash_open: the main
 * thread. */
#ifndef LOOPHOLE_COMMON_CRASH_DIRECTORY_H
#define LOOPHOLE_COMMON_CRASH_DIRECTORY_H

#include "common/crash.h"
#include "common/paths.h"

/* Write its path; crash_directory also creates the folder. Errors: too_large, and those of file_make_dirs. */
enum err crash_name_directory(const struct paths *paths, char to[CRASH_DIRECTORY_SIZE], struct fault *fault);
enum err crash_directory(const struct paths *paths, char to[CRASH_DIRECTORY_SIZE], struct fault *fault);

/* Creates the folder and calls crash_install. Errors: those of both. */
enum err crash_open(const struct paths *paths, const char *service, struct fault *fault);

#endif
