/* labels.h: the tags, the key and the tempo of items in their own files, and back. One thread.
 *
 *   labels.c        the commands, one item
 *   label_proof.c   workers that plan a file, and compare two
 *   label_ways.c    the ways back: DATA/labels
 *   labels_undo.c   the files of a step that is undone, or redone */
#ifndef LOOPHOLE_FRONTENDS_CLI_LABELS_H
#define LOOPHOLE_FRONTENDS_CLI_LABELS_H

#include "frontends/cli/send/labelling.h"

/* Begin and end the work on any number of items. labels_end frees everything but `labelling` itself. */
void labels_begin(struct labelling *labelling, struct cli *cli);
void labels_end(struct labelling *labelling);

/* `is_same`: the file has the labels. It is replaced after its step of undo is there. Errors: those of relabel.h and
 * persist.apply; bad_request (it can have no labels). */
enum err labels_write_item(struct labelling *labelling, const struct item *item, bool *is_same, struct fault *fault);

/* Restores the file's bytes from before this way. Errors: as above. */
enum err labels_take_way(struct labelling *labelling, const struct item *item, const char *way_path,
                         enum way_taken *taken, struct fault *fault);

/* The item, in the memory of the command. Errors: those of search.get. */
enum err labels_get_item(struct labelling *labelling, struct id id, struct item *item, struct fault *fault);

#endif
