/* loop_job.h: what an ask about loops hears from the streamer, and its answer: the records with their states. The
 * loop's thread. */
#ifndef LOOPHOLE_PROJECT_LOOP_JOB_H
#define LOOPHOLE_PROJECT_LOOP_JOB_H

#include "services/project/loop/loop_parts.h"
#include "services/project/loop/region_find.h"

struct loop_heard {
    bool plays, has_at, is_late;
    uint32_t voice;
    int64_t at; /* has_at: it begins then */
};

struct loop_job {
    uint32_t step;        /* of the asks in the answer's phase */
    struct fault refused; /* by the last of them */
    bool has_heard;       /* the two below, unless `is_unheard` */
    bool is_unheard;      /* the streamer does not answer */
    int64_t now;          /* frame of the audio clock */
    struct loop_heard heard[LOOP_KEYS];
    bool has_mark;
    struct loop_mark mark; /* of a capture */
    bool is_lost;          /* the capture was taken back: what it heard is not known */
    struct loop_heard_part part;
    uint32_t count;             /* of the loops that a play begins */
    uint32_t chosen[LOOP_KEYS]; /* their numbers */
    struct loaded_sound sound;  /* of a region */
    bool has_pads;              /* the core was asked to set them */
    struct region_pads pads_before;
};

struct loop_job *loop_job_of(struct work *work); /* makes it first */

/* Asks another service in the phase of the answer, which is called again then. `taken` may be NULL; it gets no answer
 * of a service that refuses, whose fault is `refused`. Errors (explained): those of service_ask. */
enum err loop_job_ask(struct work *work, const char *name, const void *request,
                      void (*taken)(struct work *work, const void *answer), struct fault *fault);

/* Asks the streamer which loops sound, unless that is known. If it has not answered within the call's budget, or
 * cannot, the states of loops are unknown. Errors (explained): those of service_ask. */
enum err loop_job_hear(struct work *work, struct fault *fault);
void loop_job_take_voices(struct work *work, const void *answer); /* a stream_voices; NULL: none */

/* All loops of the project with their states, after loop_job_hear: LOOP_KEYS of them. */
enum err loop_job_read(struct work *work, struct txn *txn, struct loop *to, struct element *rows, struct fault *fault);

/* Answers with one loop, or with those that are there. Hears first. */
enum err loop_job_answer_one(struct work *work, struct txn *txn, uint64_t fkey, struct fault *fault);
enum err loop_job_answer_all(struct work *work, struct txn *txn, struct fault *fault);

/* The grid of an ask; absent: now. */
static inline struct choice loop_grid_of(bool has_grid, struct choice grid)
{
    return has_grid ? grid : (struct choice){ .value = LOOP_GRID_NOW };
}

/* "F1" for people. */
const char *loop_key_name(uint64_t fkey);

/* Errors (explained; the field is fkey): conflict, if it is locked; not_found, if there is none. */
enum err loop_check_unlocked(const struct loop *loop, struct fault *fault);
enum err loop_check_there(const struct loop *loop, uint64_t fkey, struct fault *fault);

#endif
