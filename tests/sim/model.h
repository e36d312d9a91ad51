/* model.h: persist's behaviour, specified a second time and simply: arrays and numbers, no store. History gives it the
 * deeds in the order in which the store did them. */
#ifndef LOOPHOLE_TESTS_SIM_MODEL_H
#define LOOPHOLE_TESTS_SIM_MODEL_H

#include "tests/sim/journal.h"

enum { MODEL_ITEMS = 4096, MODEL_FOLDERS = 256, MODEL_STEPS = 4096, MODEL_WORKS = 256 };

struct model_item {
    struct id id;
    bool gone;
    uint64_t revision;
    char name[WORD], notes[WORD], pack[WORD];
    bool favourite, hidden, forgotten;
    usec_t forgotten_at; /* with which library; 0: by itself; −1: with one of several */
    uint32_t tags;
    struct id folder;
    uint32_t file;
    uint64_t size;
    int64_t mtime;
    int32_t availability;
    bool is_heard; /* its analysis is done; otherwise it waits */
    uint64_t analyser;
    uint32_t content; /* 0: none */
};

/* The facts of a content: kept as long as an item has it. */
struct model_content {
    bool has_facts, has_waveform;
    uint64_t analyser; /* of its facts */
};

struct model_folder {
    struct id id;
    bool gone;
    struct id parent; /* zero: none */
    uint32_t name;
    bool is_library;
    uint32_t files; /* of the library */
};

/* An edit and its inverse; a relink; or the removal of a library whose items were forgotten. */
struct model_step {
    uint64_t first; /* row of its step */
    struct id item;
    struct wish before, after;
    bool is_library;
    struct id library;
    uint32_t files;
    usec_t at; /* when its items were forgotten; of an edit, its item; of a relink, the other item */
    bool is_relink, was_forgotten;
    struct id with;
};

/* Items below a folder that are being forgotten, or brought back. */
struct model_work {
    struct forgetting what;
    uint64_t begun; /* the newest change by then … */
    usec_t at;      /* … and the time */
    bool is_open;
};

/* Items below a folder that moved, whose pack was that of its old place. */
struct model_repack {
    struct repacking what;
    uint64_t begun;
    usec_t at;
    bool is_open;
};

/* One request that empties the forgotten. */
struct model_emptying {
    uint64_t known, items;
    struct id dropping; /* the folder whose item was removed last … */
    uint64_t row;       /* … by this change: an empty folder goes with the next one */
};

/* How far an apply in parts is. */
struct model_long {
    uint32_t done;    /* actions … */
    uint32_t changed; /* … until the last one that changed anything: those after it may be done again */
    uint64_t items, step, steps;
};

/* An undo or redo in parts: where it was after the last one. */
struct model_taking {
    bool has_taken;
    uint64_t at, top;
};

/* A step of more rows than `MODEL_WHOLE` is taken back, or done again, in parts. */
enum { MODEL_WHOLE = 3, MODEL_PART = 2 };

struct model {
    const struct change *log; /* the store's: it must contain the model's changes, row by row */
    uint64_t log_count;
    uint64_t head;
    struct id request; /* in progress */

    struct model_item items[MODEL_ITEMS];
    struct model_folder folders[MODEL_FOLDERS];
    struct model_content contents[CONTENTS + 1];
    struct model_step steps[MODEL_STEPS]; /* 1 … top */
    uint32_t item_count, folder_count;
    uint64_t at, top;
    uint64_t apply_first; /* the first row of the current apply; 0: none */
    struct id volume;
    uint32_t label;
    struct model_work works[MODEL_WORKS];
    struct model_repack repacks[MODEL_WORKS];
    uint32_t work_count;
    struct model_step unmarked; /* by the last row; is_library false: none */
    uint64_t structure;         /* the newest change of folders and libraries */
};

/* The result of one deed, or of one operation of a batch. */
struct verdict {
    enum err error;
    uint64_t revision;
    struct id id;
    bool created, stale;
    uint64_t step, items, steps; /* of an apply */
};

void model_begin(struct model *model, const struct change *log, uint64_t log_count);

/* Does a deed that is not a batch; fails the world if the log disagrees. */
struct verdict model_do(struct model *model, const struct deed *deed);

/* Does one operation of a batch. */
struct verdict model_operation(struct model *model, const struct deed *deed, uint32_t number);

/* The error with which a deed would be refused now; ok: it would be done. Not for batches. */
enum err model_refusal(struct model *model, const struct deed *deed);

/* An undo that searches for a step in parts skips steps whose items are gone, and others may come between. False: undo
 * cannot be at this position. */
bool model_undo_is_at(struct model *model, uint64_t at, uint64_t top);

/* True if the newest step is one that an undo in parts has skipped. */
bool model_step_may_be_passed_over(struct model *model);

/* ---- model_below.c: rows of work in parts, between whose rows others may come. False: the row does not belong to it
 * ---- */
bool model_removes(struct model *model, const struct deed *deed, const struct change *row);
bool model_unmarks(struct model *model, const struct deed *deed, const struct change *row);
bool model_flips(struct model *model, const struct change *row);
bool model_empties(struct model *model, struct model_emptying *emptying, const struct change *row);

/* Nothing that was known when it began is left. */
void model_is_emptied(struct model *model, const struct deed *deed, const struct model_emptying *emptying);

void model_work_begins(struct model *model, const struct forgetting *what, usec_t at);
void model_hold_works(const struct model *model, usec_t now); /* none is left from long ago */
void model_work_ends(struct model *model, struct id request);
struct model_work *model_work_of(struct model *model, struct id request);            /* NULL: none is open */
bool model_has_work(struct model *model, struct id folder, bool forgets, usec_t at); /* an open one */
bool model_is_in_library(struct model *model, struct id folder);                     /* or is one */

/* ---- model_pack.c: packs, and those that follow a moved folder ---- */
struct model_folder *model_parent(struct model *model, const struct model_folder *folder); /* the mount at the top */
struct id model_resolve(struct model *model, struct id parent);                            /* zero denotes the mount */
void model_pack_of(struct model *model, struct id folder, char pack[WORD]);
void model_pack_follow(struct model *model, struct id from, struct id to, char pack[WORD]);
void model_repack_begins(struct model *model, const struct repacking *what, usec_t at);
void model_repack_ends(struct model *model, const struct repacking *what);
bool model_has_repack(const struct model *model, const struct repacking *what);
bool model_repacks(struct model *model, const struct change *row);
bool model_is_below(struct model *model, struct id folder, struct id above); /* with no library between */

/* ---- model_edit.c ---- */
enum err model_edit_refusal(struct model *model, const struct op *op);
struct verdict model_edit(struct model *model, const struct op *op);
enum err model_edit_together_refusal(struct model *model, const struct deed *deed);
struct verdict model_edit_together(struct model *model, const struct deed *deed);
/* Of an apply in parts: the error of the next actions; and so many of them, done together. */
enum err model_long_refusal(struct model *model, const struct deed *deed, const struct model_long *at);
void model_long_part(struct model *model, const struct deed *deed, struct model_long *at, uint32_t count);
void model_push_step(struct model *model, const struct model_step *step);

/* ---- undo and redo ---- */
enum err model_undo_refusal(struct model *model, const struct deed *deed);
struct verdict model_undo_to(struct model *model, const struct deed *deed); /* back to a step, all or nothing */
/* Takes rows until undo is at `to`: a part of a step at most, after what has no items any more. `has_taken`: now, or
 * before. True: no row of the step is left. */
bool model_undo_part(struct model *model, const struct deed *deed, uint64_t to, struct verdict *verdict,
                     bool *has_taken);

/* ---- model_relink.c: two items exchange their files ---- */
enum err model_relink_refusal(const struct model_item *item, const struct model_item *with);
struct verdict model_relink(struct model *model, const struct op *op);
struct verdict model_relink_take(struct model *model, const struct model_step *step, bool back);

/* ---- model_heard.c, and the functions of model.c that it uses ---- */
struct verdict model_heard(struct model *model, const struct op *op);
struct verdict model_merge(struct model *model, struct model_item *gone, struct model_item *there);
/* Removes an item, and its content if no other item has it. */
void model_take_out(struct model *model, struct model_item *item);
bool model_content_is_heard(const struct model *model, uint32_t content, uint64_t *analyser); /* 0: without facts */
uint64_t model_emit(struct model *model, enum change_kind kind, struct id id, bool removed);
struct model_item *model_item_at(struct model *model, struct id folder, uint32_t file); /* NULL: none */

struct model_item *model_item(struct model *model, struct id id); /* NULL: none, or gone */
struct model_folder *model_folder(struct model *model, struct id id);

#endif
