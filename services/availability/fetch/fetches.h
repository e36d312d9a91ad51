/* fetches.h: the items that are fetched, and those whose fetch failed or was cancelled. All states and transitions:
 *
 *   observation \ state                waiting     fetching      settling      failed, cancelled
 *   a reader is free, and it is time   fetching
 *   bytes were read                                fetching
 *   the file was read whole                        settling
 *   reading failed, or made no                     waiting, a
 *   progress                                       while; after
 *                                                  the last try
 *                                                  failed
 *   no scan found it readable                                    as above
 *   only a placeholder is there,                   failed
 *   or the cloud kept no content
 *   it is asked for again              as it is    as it is      as it is      waiting
 *   its task is cancelled              cancelled   cancelled     cancelled
 *   its item is gone, or readable      gone        gone          gone          gone
 *   this service dies                  waiting     waiting       waiting       as it is
 *
 * A file keeps all but the progress, so a successor continues. The loop's thread. */
#ifndef LOOPHOLE_AVAILABILITY_FETCHES_H
#define LOOPHOLE_AVAILABILITY_FETCHES_H

#include "common/arena.h"
#include "common/id.h"
#include "schema_availability.h"
#include "services/availability/fetch/readers.h"

enum { FETCHES_MOST = 4096, FETCH_TASKS_MOST = 64 };

struct fetching_item {
    struct id id, task;
    char name[256];
    enum fetch_state state;
    uint64_t done, total;
    uint32_t tries;
    char why[256];
    usec_t since;
    uint64_t number; /* of its reader; 0: none */
    usec_t next;     /* steady: waiting: when it may begin; settling: when it is given up */
    usec_t reported; /* steady: its last event */
    bool is_sent;    /* settling: the scan was asked for … */
    usec_t ask_at;   /* … else it is asked for then; steady */
};

struct fetch_task {
    struct id id;
    char label[256];
    usec_t since;
    uint32_t items, ended, failed;
    uint64_t bytes; /* of all items */
    uint64_t done;  /* of those that ended */
};

struct fetches {
    uint32_t count, room, task_count, task_room;
    struct fetching_item *at;
    struct fetch_task *tasks; /* those with unfinished items */
    struct fetch_readers readers;
    uint64_t numbers;
    uint32_t tries_most;
    usec_t pause;    /* after the first failed try; doubled after each */
    bool is_changed; /* since it was kept */
    /* Called for each change of an item's state or progress. */
    void (*report)(void *state, const struct fetching_item *item, enum fetch_state now);
    void *state;
};

/* Reads what a predecessor kept at `path`; a file that cannot be read counts as empty. Errors: io. */
enum err fetches_open(struct fetches *fetches, const char *path, struct fault *fault);
void fetches_close(struct fetches *fetches);

/* Writes the file, if anything changed. Errors: full, io, denied. */
enum err fetches_keep(struct fetches *fetches, const char *path, struct fault *fault);

struct fetching_item *fetches_of(const struct fetches *fetches, struct id item); /* NULL: none */
uint32_t fetches_active(const struct fetches *fetches);                          /* the number of unfinished ones */

bool fetches_goes_on(const struct fetching_item *item); /* it neither failed nor was cancelled */

/* So many items and a task can be added. */
bool fetches_have_room(const struct fetches *fetches, uint32_t items);

/* A further item would replace one whose fetch failed or was cancelled. */
bool fetches_are_full(const struct fetches *fetches);

/* Adds a task, then its items. NULL: there are FETCH_TASKS_MOST. An item that is fetched already stays in its task:
 * exists. Errors: full (FETCHES_MOST). */
struct fetch_task *fetches_add_task(struct fetches *fetches, struct text label);
enum err fetches_add(struct fetches *fetches, struct fetch_task *task, struct id item, struct text name,
                     uint64_t bytes);

void fetches_drop_empty(struct fetches *fetches); /* the last task, if it got no item */

/* The next item to read; NULL: none, or no reader is free. */
struct fetching_item *fetches_next(struct fetches *fetches);
void fetches_read(struct fetches *fetches, struct fetching_item *item, const char *path);

/* As messages show it; the texts belong to the item. `to` has room for all items. fetches_fill returns the number of
 * those of the task; `task` NULL: all. */
void fetches_show(const struct fetching_item *item, enum fetch_state state, struct fetch *to);
uint32_t fetches_fill(const struct fetches *fetches, const struct id *task, struct fetch *to);

/* Notes that a try failed. `is_last`: another try would fail too. */
void fetches_fail(struct fetches *fetches, struct fetching_item *item, const char *why, bool is_last);

/* Removes a fetch from the list: it is done, or its item is gone (cancelled). */
void fetches_end(struct fetches *fetches, struct fetching_item *item, enum fetch_state how);
enum err fetches_cancel(struct fetches *fetches, struct id task); /* not_found */

/* Takes the reports of readers. */
void fetches_turn(struct fetches *fetches);

/* Appends the fetches in progress to the tasks of `status`; in the arena. */
void fetches_list_tasks(const struct fetches *fetches, struct arena *arena, struct task_list *to);

#endif
