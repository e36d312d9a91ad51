/* persist.h: the state of the only writer, and its answers to asks. All functions run on the service's loop. */
#ifndef LOOPHOLE_PERSIST_PERSIST_H
#define LOOPHOLE_PERSIST_PERSIST_H

#include "common/hash.h"
#include "proto/service/service.h"
#include "proto/wire/frame.h"
#include "schema_persist.h"
#include "services/persist/turn/person_steps.h"
#include "services/persist/turn/readers.h"
#include "store/row.h"

/* Operations 1 … `at` of the undo stack are done; `at` + 1 … `top` are undone. */
struct undo_pointers {
    uint64_t at;
    uint64_t top;
};

/* Rows that are pushed while the step is open belong to it (undo_stack.h). */
struct step_in_hand {
    bool is_open;
    struct id scope;
    uint64_t first; /* its first row; 0: none yet */
    struct text label;
    struct undo_pointers pointers; /* of a scope that is not the catalogue, since its first row */
};

/* The state of the store after a commit; lineage.h compares it. */
struct lineage {
    bool has_row;
    struct id catalogue;
    uint64_t revision;
    struct hash hash; /* of that row of the change log: catalogue_change_hash */
};

/* The names of the global kits (kit_names.h). */
struct kit_names {
    bool is_read;
    uint64_t changes; /* counts them */
    uint32_t count, room;
    struct kit_name {
        struct id kit;
        struct hash name;
    } *at;
};

struct persist {
    struct service *service;
    const struct paths *paths;
    const struct turn_hooks *hooks;
    struct store *store; /* NULL: it could not be opened yet; the alarm says why */
    char alarm[240];     /* "": writes are accepted */
    struct fault why;    /* why the store could not be opened */
    pid_t put_back;      /* the child that writes a removed data.mdb again (put_back.h); 0: none */
    bool alarm_of_disk;  /* the alarm is about a full disk, and ends when the disk has room */

    /* the transaction of this turn (turn.h) */
    struct writing w;              /* w.txn NULL: none is open */
    bool wrote;                    /* this turn wrote something */
    uint64_t writes;               /* writes since the start */
    struct fault broken;           /* an error after a write of this turn, which undoes the whole turn; code 0: none */
    uint64_t head;                 /* newest revision, this turn's included */
    uint64_t committed;            /* newest revision that is durable */
    struct undo_pointers undo;     /* of the catalogue's scope */
    struct undo_pointers undo_was; /* as in the store */
    struct step_in_hand step;
    uint32_t values;                  /* of JSON that the operations since together_begin have read (together.h) */
    uint32_t operations;              /* operations in this turn */
    usec_t turn_began;                /* on the steady clock */
    usec_t parts_began;               /* when the first long work of this turn began; 0: none */
    size_t parts_bytes;               /* w.bytes at that time */
    usec_t looked;                    /* when this turn last checked for waiting clients */
    bool is_awaited;                  /* the result of that check */
    uint32_t changes;                 /* rows of the change log in this turn */
    struct person_steps person_steps; /* steps of persons in this turn */

    /* the current request */
    struct id request;
    char client[FRAME_CLIENT + 1]; /* its name; "": not given */
    uint64_t request_revision;     /* of its last change; 0: none yet */
    uint64_t request_writes;       /* `writes` before it */
    bool is_refusal;    /* all operations of the batch were refused: a repetition of the ask is judged again */
    struct arena arena; /* of one operation of a batch */

    struct lineage lineage;      /* of the last commit (lineage.h) */
    struct lineage lineage_next; /* of the next commit */

    struct readers readers;       /* the processes whose read transactions hold old pages of the store */
    uint32_t droppings;           /* errands that remove files (dropping.h) */
    struct multipart *multiparts; /* requests in parts (multipart.h), the next one first */

    struct repack *repack; /* of a folder that moved; NULL: none in progress */

    struct artefact_batch *artefact_batches; /* batches whose artefact files are being written */
    struct errands *errands;
    struct mailbox *mailbox; /* for the results of the threads */

    struct kit_names kit_names;

    struct sweep *sweep; /* of artefact files that no row names; NULL: none */
};

extern const struct persist_handlers persist_asks;

#endif
