/* labels.h: the tags, the key and the tempo of items in their own files, and back. One thread.
 *
 *   labels.c        the commands, one item
 *   label_proof.c   workers that plan a file, and compare two
 *   label_ways.c    the ways back: DATA/labels
 *   labels_undo.c   the files of a step that is undone, or redone */
#ifndef LOOPHOLE_FRONTENDS_CLI_SEND_LABELS_H
#define LOOPHOLE_FRONTENDS_CLI_SEND_LABELS_H

#include "frontends/cli/base/cli.h"
#include "frontends/cli/send/relabel.h"
#include "proto/transport/sandboxed.h"
#include "schema_indexer.h"

enum { WAYS_MOST = 64 /* back, of one item */, LABEL_PATH_SIZE = PATH_MAX + 64 };

/* A worker: one plans the new files, another reads both files and compares them. */
struct label_reader {
    const char *mode;
    struct sandboxed worker;
};

struct labelling {
    struct cli *cli;
    char program[PATH_MAX + 32], ways[PATH_MAX + 32], part[64];
    struct label_reader planner, judge;
    struct arena arena; /* of the item in hand */
    uint64_t number, failed;
    struct id write; /* identifies the step in the ways that are kept; redo has the id of the first write */
    bool is_again;   /* redo: the step is there already */
    uint64_t step;   /* of this run; 0: none yet, or another change came after it */
};

/* Begin and end the work on any number of items. labels_end frees everything but `labelling` itself. */
void labels_begin(struct labelling *labelling, struct cli *cli);
void labels_end(struct labelling *labelling);

/* `is_same`: the file has the labels. It is replaced after its step of undo is there. Errors: those of relabel.h and
 * persist.apply; bad_request (it can have no labels). */
enum err labels_write_item(struct labelling *labelling, const struct item *item, bool *is_same, struct fault *fault);

/* WAY_WAS: the file has its former bytes already. WAY_CHANGED: it was changed since, or never written. */
enum way_taken { WAY_TAKEN, WAY_WAS, WAY_CHANGED };

/* Restores the file's bytes from before this way. Errors: as above. */
enum err labels_take_way(struct labelling *labelling, const struct item *item, const char *way_path,
                         enum way_taken *taken, struct fault *fault);

/* The item, in the memory of the command. Errors: those of search.get. */
enum err labels_get_item(struct labelling *labelling, struct id id, struct item *item, struct fault *fault);

/* Restores the bytes that the files of a write had before it (`back`), or writes the labels again. A file that was
 * changed since stays unchanged, with a remark. Errors: io. */
enum err labels_take_write(struct cli *cli, struct id write, bool back, struct fault *fault);

/* ---- label_proof.c ---- */
enum err label_plan_file(struct labelling *labelling, const struct label_job *job, int fd, struct label_plan *plan,
                         struct fault *fault);
/* The sound of both files has the same bytes, and the new one says the labels. `job` NULL: a file that is restored.
 * `content` of the item's row; empty: unknown. Errors: conflict (the file has another sound). */
enum err label_prove(struct labelling *labelling, const struct relabel *relabel, struct text extension,
                     const struct label_job *job, struct bytes content, struct fault *fault);
void label_end_reading(struct label_reader *reading);

/* ---- label_ways.c ---- */
void label_way_name(const struct labelling *labelling, struct id item, int number, char to[LABEL_PATH_SIZE]);
int label_ways_count(const struct labelling *labelling, struct id item); /* they are numbered from 1 */
/* Syncs the way before the file changes. It replaces a way of this number. Errors: full, io. */
enum err label_way_keep(struct labelling *labelling, const struct relabel *relabel, struct id item, int number,
                        struct label_piece_list back, struct fault *fault);
enum err label_way_read(struct labelling *labelling, const char *path, struct buffer *bytes, struct labels_written *way,
                        struct fault *fault);
void label_ways_forget_undone(const struct labelling *labelling); /* they cannot be redone */

#endif
