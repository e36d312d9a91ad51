#include "services/persist/turn/told.h"

#include <string.h>

static struct told_step *find_step(struct told_steps *told, enum step_deed deed, struct text scope, uint64_t step)
{
    for (uint32_t i = 0; i < told->count; i++)
        if (told->at[i].deed == deed && told->at[i].step == step && text_is(scope, told->at[i].scope))
            return &told->at[i];
    if (told->count == TOLD_MOST)
        return NULL;
    told->at[told->count] = (struct told_step){ .deed = deed, .step = step };
    (void)text_copy(told->at[told->count].scope, sizeof(told->at[0].scope), scope);
    return &told->at[told->count++];
}

void told_add(struct told_steps *told, enum step_deed deed, struct text scope, uint64_t step, struct text label,
              uint64_t items)
{
    struct told_step *at = find_step(told, deed, scope, step);

    if (!at)
        return;
    at->items = items;
    (void)text_copy(at->label, sizeof(at->label), label);
}

void told_show(const struct told_steps *told, struct step_told *to)
{
    for (uint32_t i = 0; i < told->count; i++)
        to[i] = (struct step_told){ .deed = { .value = (int32_t)told->at[i].deed },
                                    .scope = text_of(told->at[i].scope),
                                    .step = told->at[i].step,
                                    .label = text_of(told->at[i].label),
                                    .items = told->at[i].items };
}
