/* bundle_tree.h: a new folder with folders in it, which appears whole or not at all: it is written under a temporary
 * name beside its place, and then gets its name. Nothing that exists is replaced. No link is followed below the folder
 * in which it is made, also one that another program makes meanwhile. What a killed command left is removed by the next
 * one that writes to the same place. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_TREE_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_TREE_H

#include <limits.h>

#include "common/err.h"
#include "common/text.h"

#define BUNDLE_TREE_PART ".loophole-bundle.part"

enum { BUNDLE_TREE_DEPTH = 16 /* folders in each other */ };

struct bundle_tree {
    int parent, fd; /* -1: not open */
    char name[NAME_MAX + 1];
};

/* Makes the temporary folder for a folder at an absolute path without links, which must not exist; an empty folder
 * there counts as none. Folders on the way to it are made. Call bundle_tree_end also after an error. Errors
 * (explained): exists, busy (another command writes beside it), denied (others can change the temporary folder that is
 * there), and those of file_err. */
enum err bundle_tree_begin(struct bundle_tree *tree, const char *path, struct fault *fault);

/* Makes a file, and the folders on the way to it; the caller writes to the descriptor. `path` is relative, its parts
 * are names. -1: the fault is set (exists: the tree has it). */
int bundle_tree_make(const struct bundle_tree *tree, const char *path, struct fault *fault);
enum err bundle_tree_close(int fd, const char *path, struct fault *fault); /* durably; closes also after an error */
enum err bundle_tree_write(const struct bundle_tree *tree, const char *path, struct bytes bytes, struct fault *fault);

/* Gives a file a second name in the tree, or copies it where the file system has no hard links. Errors: as
 * bundle_tree_make. */
enum err bundle_tree_link(const struct bundle_tree *tree, const char *from, const char *to, struct fault *fault);

/* Opens a file of the tree for reading. -1: the fault is set. */
int bundle_tree_open(const struct bundle_tree *tree, const char *path, struct fault *fault);

/* Gives the folder its name, durably. Errors: as bundle_tree_begin. */
enum err bundle_tree_finish(struct bundle_tree *tree, struct fault *fault);

void bundle_tree_undo(struct bundle_tree *tree); /* after bundle_tree_finish: removes the folder again */
void bundle_tree_end(struct bundle_tree *tree);  /* removes a folder without its name */

#endif
