/* labelling.h: the work on the labels of items: its workers, its memory and its step of undo. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_LABELLING_H
#define LOOPHOLE_FRONTENDS_CLI_LABELLING_H

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

/* WAY_WAS: the file has its former bytes already. WAY_CHANGED: it was changed since, or never written. */
enum way_taken { WAY_TAKEN, WAY_WAS, WAY_CHANGED };

#endif
