/* kit_folder.h: a new folder that appears whole or not at all: its files are written to a temporary folder beside it,
 * which then gets its name. Nothing that exists is overwritten. (But a
 * file system that cannot refuse to replace, such as some of networks, replaces an empty folder of this name that
 * another program makes meanwhile.) What a killed command left is removed by the next one. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_FOLDER_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_FOLDER_H

#include "common/err.h"
#include "common/text.h"

struct kit_folder {
    int parent, fd; /* -1: not open */
};

/* Makes the temporary folder in `parent`, which is made if it is missing. `name` is the name that it will get, or NULL:
 * then that may exist. Call kit_folder_end also after an error. Errors (explained): exists (the name), busy (another
 * command writes there), and those of file_err. */
enum err kit_folder_begin(struct kit_folder *folder, const char *parent, const char *name, struct fault *fault);

/* Adds a file with the content of `from`, which stays the caller's; or with these bytes. Errors (explained): those of
 * file_err. */
enum err kit_folder_copy(struct kit_folder *folder, int from, const char *name, struct fault *fault);
enum err kit_folder_write(struct kit_folder *folder, struct bytes bytes, const char *name, struct fault *fault);

/* Makes a file, to be written by the caller, and closed with kit_folder_close. -1: the fault is set (exists: the folder
 * has it already). */
int kit_folder_make(struct kit_folder *folder, const char *name, struct fault *fault);
enum err kit_folder_close(int fd, const char *name, struct fault *fault); /* durably; also closes after an error */

void kit_folder_clear(struct kit_folder *folder); /* removes the files that were added */

/* True if a folder of that name exists, and has all files of this one with the same content. */
bool kit_folder_is_there(const struct kit_folder *folder, const char *name);

/* Gives the folder its name, durably. Errors (explained): exists, and those of file_err. */
enum err kit_folder_finish(struct kit_folder *folder, const char *name, struct fault *fault);

/* Gives one of its files a name beside it instead, durably. Errors: as kit_folder_finish. */
enum err kit_folder_finish_file(struct kit_folder *folder, const char *file, const char *name, struct fault *fault);

void kit_folder_end(struct kit_folder *folder); /* removes a folder without its name */

#endif
