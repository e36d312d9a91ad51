/* person_steps.h: the steps of persons in this turn, for the event `changed`. The loop's thread. */
#ifndef LOOPHOLE_PERSIST_PERSON_STEPS_H
#define LOOPHOLE_PERSIST_PERSON_STEPS_H

#include "schema_persist.h"

enum { PERSON_STEPS_MOST = 16 };

struct person_step {
    enum step_deed deed;
    char scope[27], label[256];
    uint64_t step, items;
};

/* Zeroed: none. */
struct person_steps {
    uint32_t count;
    struct person_step at[PERSON_STEPS_MOST];
};

/* Adds a step, or brings its row up to date. After PERSON_STEPS_MOST steps it does nothing. */
void person_steps_add(struct person_steps *steps, enum step_deed deed, struct text scope, uint64_t step,
                      struct text label, uint64_t items);

/* As the event shows them: `to` has room for PERSON_STEPS_MOST. The texts belong to `steps`. */
void person_steps_show(const struct person_steps *steps, struct changed_step *to);

#endif
