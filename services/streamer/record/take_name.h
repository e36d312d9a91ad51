/* take_name.h: the name of a take, and that of its file: the portable form (common/naming/safe_names.h). Any thread. */
#ifndef LOOPHOLE_STREAMER_TAKE_NAME_H
#define LOOPHOLE_STREAMER_TAKE_NAME_H

#include "common/err.h"
#include "common/naming/safe_names.h"

enum {
    TAKE_NAME_MOST = 200,                 /* bytes, as the person gave it */
    TAKE_NAME_SIZE = TAKE_NAME_MOST + 12, /* with the number of a pass */
    TAKE_NAME_FILE = SAFE_NAME_SIZE + 16,
    TAKE_NAME_ATTEMPTS = 1000,
};

/* Writes the name of the file, with a number from the second attempt on: "same 2.wav" for attempt 1. */
void take_name_write(const char *name, unsigned attempt, char to[TAKE_NAME_FILE]);

/* Raises `attempt` to the first one whose WAV and FLAC have no file or twin in the folder. May wait for the disk.
 * Errors: those of reading the folder. */
enum err take_name_find_free(const char *folder, const char *name, unsigned *attempt, struct fault *fault);

#endif
