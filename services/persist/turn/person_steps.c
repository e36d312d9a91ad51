#include "services/persist/turn/person_steps.h"

static struct person_step *find_step(struct person_steps *steps, enum step_deed deed, struct text scope, uint64_t step)
{
    for (uint32_t i = 0; i < steps->count; i++)
        if (steps->at[i].deed == deed && steps->at[i].step == step && text_is(scope, steps->at[i].scope))
            return &steps->at[i];
    if (steps->count == PERSON_STEPS_MOST)
        return NULL;
    steps->at[steps->count] = (struct person_step){ .deed = deed, .step = step };
    (void)text_copy(steps->at[steps->count].scope, sizeof(steps->at[0].scope), scope);
    return &steps->at[steps->count++];
}

void person_steps_add(struct person_steps *steps, enum step_deed deed, struct text scope, uint64_t step,
                      struct text label, uint64_t items)
{
    struct person_step *at = find_step(steps, deed, scope, step);

    if (!at)
        return;
    at->items = items;
    (void)text_copy(at->label, sizeof(at->label), label);
}

void person_steps_show(const struct person_steps *steps, struct changed_step *to)
{
    for (uint32_t i = 0; i < steps->count; i++)
        to[i] = (struct changed_step){ .deed = { .value = (int32_t)steps->at[i].deed },
                                       .scope = text_of(steps->at[i].scope),
                                       .step = steps->at[i].step,
                                       .label = text_of(steps->at[i].label),
                                       .items = steps->at[i].items };
}
