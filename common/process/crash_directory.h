/* crash_directory.h: the folder DATA/crash of the records of crash.h. */
#ifndef LOOPHOLE_COMMON_CRASH_DIRECTORY_H
#define LOOPHOLE_COMMON_CRASH_DIRECTORY_H

#include "common/crash.h"
#include "common/paths.h"

/* DATA/crash; the second makes it when it is missing. */
enum err crash_name_directory(const struct paths *paths, char to[CRASH_DIRECTORY_SIZE], struct fault *fault);
enum err crash_directory(const struct paths *paths, char to[CRASH_DIRECTORY_SIZE], struct fault *fault);

/* Makes the folder and calls crash_install. Errors: theirs. */
enum err crash_open(const struct paths *paths, const char *service, struct fault *fault);

#endif
