/* autosave_job.h: one look at a project, and one autosave if its state is new. The loop copies the rows of the project
 * and, a few in each turn, what the catalogue says of its items; a thread of low priority does everything else. So an
 * edit never waits for an autosave. The loop's thread.
 *
 *   loop: rows ─► thread: document, digest, sets in the folder ─► loop: items ─► thread: files
 *                                └── the state is not new ─────────────► done */
#ifndef LOOPHOLE_PROJECT_AUTOSAVE_JOB_H
#define LOOPHOLE_PROJECT_AUTOSAVE_JOB_H

#include "services/project/autosave/autosave_look.h"
#include "services/project/parts/document.h"

struct autosave_job {
    struct errand errand;
    struct project *p;
    struct errands *errands;
    struct arena arena;

    /* what is asked */
    struct id project;
    const char *reason;   /* mutation, interval, start (the first after a start), open or import */
    bool looks;           /* at the sets in the folder: the first job of a project, and after it was opened */
    char known[33];       /* digest of the state of the newest set; "": unknown */
    struct set_name kept; /* a set that stays; its second 0: none */
    uint64_t started;     /* head of the change log when the service started */

    /* what the store has */
    struct element element;
    struct element_list parts;
    struct text name, folder, saved_row;
    struct tree place;
    struct id catalogue;
    uint64_t head, saved_revision; /* of the change log; of the last save, 0: none */

    /* made by a thread */
    char content[33];
    bool is_dirty, is_empty;
    bool was_dirty;    /* before the service started, as far as the rows and the newest set tell */
    struct tree saved; /* the row of the last save; of no type: none */
    uint64_t saved_number;
    struct tree document;
    struct item_uses uses;
    struct listed_items saved_items;
    struct tree items;
    struct autosave_look look;
    struct text_list differs;
    struct fault fault; /* code ERR_OK: written, or nothing was to be written */
    struct set_name set;
    struct autosave_manifest manifest;
    uint32_t at; /* the next item */

    enum { AUTOSAVE_COMPARES, AUTOSAVE_GATHERS, AUTOSAVE_WRITES } step;
    bool has_written;
    void (*done)(struct autosave_job *job,
                 bool lost); /* once; lost: a thread hangs, and only what was asked is valid */
    void *owner;
};

/* A new one, which autosave_job_start starts. It is freed after `done`. */
struct autosave_job *autosave_job_new(struct project *p, struct errands *errands, struct id project);

/* Errors (nothing is called, and the job is freed): not_found, and those of the store. */
enum err autosave_job_start(struct autosave_job *job);

#endif
