/* new_folder.h: a new folder with folders in it, which appears whole or not at all: it is written under a temporary
 * name beside its place, and then gets its name. Nothing that exists is replaced. No link is followed below the folder
 * in which it is made, also one that another program makes meanwhile. What a killed command left is removed by the next
 * one that writes to the same place. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_NEW_FOLDER_H
#define LOOPHOLE_FRONTENDS_CLI_NEW_FOLDER_H

#include <limits.h>

#include "common/err.h"
#include "common/text.h"

enum { NEW_FOLDER_DEPTH = 16 /* folders in each other */ };

struct new_folder {
    int parent, fd;   /* -1: not open */
    const char *part; /* the temporary name */
    char name[NAME_MAX + 1];
};

/* Makes the temporary folder for a folder at an absolute path without links, which must not exist; an empty folder
 * there counts as none. Folders on the way to it are made. Call new_folder_end also after an error. Errors
 * (explained): exists, busy (another command writes beside it), denied (others can change the temporary folder that is
 * there), and those of file_err. */
enum err new_folder_begin(struct new_folder *tree, const char *part, const char *path, struct fault *fault);

/* The same in a folder at such a path. `name`, which it will get by new_folder_finish_as or new_folder_finish_file,
 * must not exist; NULL: it is chosen later. */
enum err new_folder_begin_in(struct new_folder *tree, const char *part, const char *parent, const char *name,
                             struct fault *fault);

/* Makes a file, and the folders on the way to it; the caller writes to the descriptor. `path` is relative, its parts
 * are names. -1: the fault is set (exists: the tree has it). */
int new_folder_make(const struct new_folder *tree, const char *path, struct fault *fault);
enum err new_folder_close(int fd, const char *path, struct fault *fault); /* durably; closes also after an error */
enum err new_folder_copy(const struct new_folder *tree, int from, const char *path, struct fault *fault);
enum err new_folder_write(const struct new_folder *tree, const char *path, struct bytes bytes, struct fault *fault);

/* Gives a file a second name in the tree, or copies it where the file system has no hard links. Errors: as
 * new_folder_make. */
enum err new_folder_link(const struct new_folder *tree, const char *from, const char *to, struct fault *fault);

/* Opens a file of the tree for reading. -1: the fault is set. */
int new_folder_open(const struct new_folder *tree, const char *path, struct fault *fault);

/* Gives the folder its name, durably. Errors: as new_folder_begin. */
enum err new_folder_finish(struct new_folder *tree, struct fault *fault);
enum err new_folder_finish_as(struct new_folder *tree, const char *name, struct fault *fault);

/* Gives one of its files a name beside it instead, durably. Errors: as new_folder_finish. */
enum err new_folder_finish_file(struct new_folder *tree, const char *file, const char *name, struct fault *fault);

void new_folder_clear(struct new_folder *tree); /* removes the files that were added */
void new_folder_undo(struct new_folder *tree);  /* after new_folder_finish: removes the folder again */
void new_folder_end(struct new_folder *tree);   /* removes a folder without its name */

#endif
