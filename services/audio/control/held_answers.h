/* held_answers.h: answers that wait until the open project keeps the change, so that an acknowledged change of what
 * sounds is on the disk. No answer waits longer than a second: then it says, in its field `unkept`, that the change is
 * not kept, and so do later ones at once until the project keeps changes again. Without an open project the project
 * service says so. Control thread. */
#ifndef LOOPHOLE_AUDIO_HELD_ANSWERS_H
#define LOOPHOLE_AUDIO_HELD_ANSWERS_H

#include "proto/service/service.h"

enum { HELD_ANSWERS = 1024 };

struct held_answers {
    struct service *service;
    struct held_answer {
        struct ticket ticket;
        const struct shape *shape;
        void *answer;    /* in the call's arena: valid while the ticket is open */
        uint64_t serial; /* of the score that has the change */
        usec_t until;    /* steady clock */
    } each[HELD_ANSWERS];
    uint32_t count;
    int32_t keeper;    /* enum keeper; 0: the project service has not reported it */
    bool is_of_keeper; /* the answer that is next: the keeper waits for it, so it cannot keep the change first */
    bool is_late;      /* a change was not kept within a second */
};

/* A handler calls it last, after it has published the score with `serial`: holds the answer, or marks it, or leaves it
 * unchanged. Returns `e`. */
enum err held_end(struct held_answers *held, struct call *call, uint64_t serial, enum err e, void *answer);

/* The same for a call that is deferred already; sends the answer. */
void held_send(struct held_answers *held, struct call *call, struct ticket ticket, uint64_t serial, void *answer);

/* As recall_prepare. A successor that finds the effect does not know whether it is kept; its answer reports that. */
void held_prepare(struct call *call, void *answer, uint64_t effects);

/* Marks an answer if the change names something that a project cannot keep. Without an open project the mark goes. */
void held_mark(bool *has_unkept, bool *unkept, bool is_whole);

/* The project service keeps changes up to `serial`, or none of them, as no project was open. `is_fresh`: no project
 * was noted before. */
void held_keep(struct held_answers *held, int32_t keeper, bool is_fresh, uint64_t serial);
void held_tick(struct held_answers *held);

#endif
