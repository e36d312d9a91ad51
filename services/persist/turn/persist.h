/* persist.h: the state of the only writer, and the asks it answers. Everything runs on the service's loop. */
#ifndef LOOPHOLE_PERSIST_PERSIST_H
#define LOOPHOLE_PERSIST_PERSIST_H

#include "common/hash.h"
#include "proto/service/service.h"
#include "schema_persist.h"
#include "services/persist/turn/readers.h"
#include "store/row.h"

struct errands;
struct artefact_batch;
struct mailbox;
struct repack;
struct multipart;
struct sweep;
struct turn_hooks;

/* Steps 1 … `at` of the undo stack are done, `at` + 1 … `top` are undone. */
struct undo_pointers {
    uint64_t at;
    uint64_t top;
};

/* Rows that are pushed while it is open become one step (undo_stack.h). */
struct step_in_hand {
    bool is_open;
    struct id scope;
    uint64_t first; /* its first row; 0: none yet */
    struct text label;
};

/* The state of the store after a commit; lineage.h compares it. */
struct lineage {
    bool is_known;
    struct id catalogue;
    uint64_t revision;
    struct hash line; /* catalogue_line */
};

struct persist {
    struct service *service;
    const struct paths *paths;
    const struct turn_hooks *hooks;
    struct store *store; /* NULL: it could not be opened yet; the alarm says why */
    char alarm[240];     /* "": writes are taken */
    struct fault why;    /* of a store that could not be opened */
    pid_t put_back;      /* the child that writes a removed data.mdb again (put_back.h); 0: none */
    bool alarm_of_disk;  /* it is full: the alarm ends when it has room again */

    /* the transaction of this turn (turn.h) */
    struct writing w;              /* w.txn NULL: none is open */
    bool wrote;                    /* something, in this turn */
    uint64_t writes;               /* so many, ever */
    struct fault broken;           /* what went wrong after a first write: all of the turn is undone */
    uint64_t head;                 /* newest revision, this turn's included */
    uint64_t committed;            /* newest revision that is durable */
    struct undo_pointers undo;     /* of the catalogue's scope */
    struct undo_pointers undo_was; /* as in the store */
    struct step_in_hand step;
    uint32_t operations; /* of this turn */
    usec_t turn_began;   /* on the steady clock */
    usec_t parts_began;  /* the first long work of this turn; 0: none */
    size_t parts_bytes;  /* w.bytes then */
    usec_t looked;       /* for clients that wait, in this turn */
    bool is_awaited;     /* … and some do */
    bool keeps_turn;     /* a test that undoes what it does: only the test ends a turn */
    uint32_t changes;    /* rows of the change log in this turn */

    /* the request in hand */
    struct id request;
    uint64_t request_revision; /* of its last change; 0: none yet */
    uint64_t request_writes;   /* `writes` before it */
    bool is_refusal;           /* a batch of which each operation was refused: asked again, it is judged again */
    struct arena arena;        /* of one operation of a batch */

    struct lineage lineage;      /* of the last commit (lineage.h) */
    struct lineage lineage_next; /* of the commit under way */

    struct readers readers;       /* processes that hold old pages of the store */
    uint32_t droppings;           /* errands that remove files (dropping.h) */
    struct multipart *multiparts; /* requests in parts (multipart.h): the next one first */

    struct repack *repack; /* of a folder that moved; NULL: none is in hand */

    struct artefact_batch *artefact_batches; /* batches whose artefacts' files are being made durable */
    struct errands *errands;
    struct mailbox *mailbox; /* of the threads */

    struct sweep *sweep; /* of artefact files that no row names; NULL: there is none */
};

extern const struct persist_handlers persist_asks;

/* Opens the store, migrating it if need be. Where the disk is at fault, raises the alarm and tries again every second;
 * ends the process with a message where a person is needed: a newer store, a network file system, another writer. */
void persist_open(struct persist *p);
void persist_close(struct persist *p);

/* What persist_open registers with the turn. */
extern const struct turn_hooks persist_hooks;

bool persist_has_room(const struct persist *p); /* of the disk of the store */

/* Fills in `status`. */
void persist_report(void *state, struct arena *arena, struct service_status *to);

#endif
