/* work.h: one ask to the service, from its call to its answer. The loop's thread.
 *
 *   find the project (make the draft) ─► before: a file ─► plan in a transaction ─► persist ─► after: a file
 *                                                             └── conflict: plan again ◄──┘       └─► core ─► answer
 *
 * persist gets the request id of the client's ask, so a copy of the ask changes nothing the second time. */
#ifndef LOOPHOLE_PROJECT_WORK_H
#define LOOPHOLE_PROJECT_WORK_H

#include "schema_persist.h"
#include "services/project/base/document_job.h"
#include "services/project/parts/parts.h"

struct work;

/* The phases of the asks of one name; each may be NULL. */
struct handler {
    bool needs_no_project; /* `project` of the ask is not looked up; of a copy of an ask that was done, `id` is known */
    bool needs_no_draft;   /* without an open project it is not_found */
    bool writes_media;     /* adds files to Media before the project has notes of them: recheck.h waits for its end */
    bool ends_when_done;   /* `before` and `plan` are left out for a copy of an ask that persist has done */

    /* Starts a file operation with work_file, or returns without. */
    enum err (*before)(struct work *work, struct txn *txn, struct fault *fault);
    /* Sends work_apply or work_send, or returns without: nothing is to be changed. Or it waits: it sends work_ask, or
     * starts a file operation, and is called again with the result. */
    enum err (*plan)(struct work *work, struct txn *txn, struct fault *fault);
    enum err (*after)(struct work *work, struct txn *txn, struct fault *fault); /* as before */
    enum err (*wait)(struct work *work, struct txn *txn, struct fault *fault);  /* is_sent until work_continue */
    /* Answers with work_answer; or waits: sets is_sent, and is called again after work_continue. */
    enum err (*answer)(struct work *work, struct txn *txn, struct fault *fault);
    /* Gives the fault of an ask that fails the sentence of the handler's commands. */
    void (*explain)(const struct work *work, struct fault *fault);
};

struct work {
    struct project *p;
    const struct handler *handler;
    struct call *call;
    struct ticket ticket;
    struct sender sender;
    const void *ask; /* in the call's memory */
    enum { WORK_FIND, WORK_BEFORE, WORK_PLAN, WORK_AFTER, WORK_SOUND, WORK_MIDI, WORK_ANSWER } phase;
    bool is_sent;                                         /* an ask or a file operation is in progress */
    bool was_done;                                        /* by an earlier copy of the ask: persist has its answer */
    bool has_changed;                                     /* persist did what it was asked */
    bool has_draft;                                       /* the draft project was opened for it */
    bool is_unheard;                                      /* the audio core does not have the change */
    bool is_strict;                                       /* a conflict is the client's own */
    bool is_large;                                        /* persist does not apply it together */
    bool has_waited;                                      /* `answer` is called again */
    bool has_cleared;                                     /* the loops of other projects were asked to stop */
    bool may_be_none;                                     /* work_ask: not_found is an answer, NULL */
    struct text named;                                    /* the project as the ask names it; "": the open one */
    struct id id;                                         /* the project */
    struct arena arena;                                   /* of the current phase */
    struct arena kept;                                    /* until the answer */
    struct text label;                                    /* of what undo undid */
    void (*taken)(struct work *work, const void *answer); /* of work_ask */

    /* of the last file operation */
    struct fault filed;  /* its result */
    struct buffer bytes; /* its content */
    struct document document;
    struct buffer links; /* of the last FILE_IO_OPEN or FILE_IO_TRUST: as in file_io.h */

    struct fault unless_done;         /* a repeated ask's answer if persist does not have the first */
    uint64_t number;                  /* of a save */
    uint64_t beside;                  /* of the save whose sounds the state is compared with; 0: the last */
    uint64_t step;                    /* of undo that the last apply made or continued; 0: none */
    struct text file, folder, mirror; /* in `kept` */
    struct text moved_from;           /* the folder of the project before `open` found it elsewhere; in `kept` */
    void *own;                        /* of the handler, in `kept` */
    const void *result;               /* of a thread's work, during the phases that follow it at once */
    const struct element *shown;      /* by persist: the part that an apply with `show` put, in `kept`; NULL: none */
};

enum { WORK_FOLDER_MOST = PATH_MAX - 300 }; /* bytes of the path of a project's folder */

/* Begins work for a call and defers it. Errors (explained): busy. */
enum err work_begin(struct project *p, struct call *call, const struct handler *handler, const void *ask,
                    struct text named);

void work_file(struct work *work, enum file_io_kind kind, struct text path, struct bytes bytes);
/* The same with a patience in microseconds, for a file without which the work can go on. */
void work_file_within(struct work *work, enum file_io_kind kind, struct text path, struct bytes bytes, usec_t patience);
/* A document that the ask has, in `before`. work->filed becomes the fault of document_job.h, work->document the
 * document, and work->own the result, which lies in the document's arena. */
void work_document(struct work *work, struct text file, document_act *act);
/* What persist does not apply together, it applies in parts: a death may leave the first ones, and others see them
 * first. persist does not keep the answer under the client's id then: if this service dies before its answer, a copy of
 * the ask is planned again. */
enum err work_apply(struct work *work, const struct persist_apply *apply, struct fault *fault);
enum err work_send(struct work *work, const char *name, const void *request, struct fault *fault);
void work_continue(struct work *work); /* when something that the handler itself began has ended */
/* The same for file operations of other kinds: set is_sent when one starts; its result becomes `filed`. */
void work_continue_after(struct work *work, const struct fault *filed);
/* When a wait of the answer ends, on the steady clock: after `most`, or earlier if the client's budget ends. */
usec_t work_end_of_wait(const struct work *work, usec_t most);
void work_answer(struct work *work, const void *answer);
/* The `answer` of a handler whose asks get nothing. */
enum err work_answer_nothing(struct work *work, struct txn *txn, struct fault *fault);

/* Asks another service in `before` or `after`, or in `plan` or `answer`, which are called again then, under the
 * client's request id: a repeated ask is answered as the first was. `taken` copies what it needs of the answer; an
 * error ends the work. */
enum err work_ask(struct work *work, const char *name, const void *request,
                  void (*taken)(struct work *work, const void *answer), struct fault *fault);

/* For file operations of other kinds: set is_sent when one starts, and call this with its result, which becomes
 * `filed`. */
void work_continue_after(struct work *work, const struct fault *filed);

/* The folder of the draft project when it is made; in `arena`. */
struct text work_draft_folder(struct work *work);

/* Reads the project of the work. Errors (explained): not_found. */
enum err work_project(struct work *work, struct txn *txn, struct element *project, struct fault *fault);

#endif
