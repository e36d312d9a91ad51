/* told.h: the steps of persons in this turn, for the event `changed`. */
#ifndef LOOPHOLE_PERSIST_TOLD_H
#define LOOPHOLE_PERSIST_TOLD_H

#include "schema_persist.h"

enum { TOLD_MOST = 16 };

struct told_step {
    enum step_deed deed;
    char scope[27], label[256];
    uint64_t step, items;
};

/* Zeroed: none. */
struct told_steps {
    uint32_t count;
    struct told_step at[TOLD_MOST];
};

/* Adds a step, or brings what was told of it up to date. After TOLD_MOST steps it does nothing. */
void told_add(struct told_steps *told, enum step_deed deed, struct text scope, uint64_t step, struct text label,
              uint64_t items);

/* As the event shows them: `to` has room for TOLD_MOST. The texts belong to `told`. */
void told_show(const struct told_steps *told, struct step_told *to);

#endif
