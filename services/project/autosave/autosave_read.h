/* autosave_read.h: reads the snapshot of a set in a thread, as autosave_read_set does. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_AUTOSAVE_READ_H
#define LOOPHOLE_PROJECT_AUTOSAVE_READ_H

#include "services/project/autosave/autosave_look.h"

struct autosave_reading {
    struct errand errand;
    struct project *p;
    struct id project;
    struct set_name set;
    char folder[PATH_MAX];    /* of the project */
    struct document document; /* `done` may take it (file_move_document) */
    char content[33];
    struct fault fault; /* code ERR_OK: it was read */
    void (*done)(void *owner, struct autosave_reading *reading);
    void *owner;
};

/* `done` is called once; the fault of a disk that did not answer until then is timeout. `deadline`: of the call that
 * waits for it. */
void autosave_read(struct project *p, struct id project, struct text folder, const struct set_name *set,
                   usec_t deadline, void (*done)(void *owner, struct autosave_reading *reading), void *owner);

#endif
