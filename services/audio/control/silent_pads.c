#include "services/audio/control/silent_pads.h"

void silent_pads_note(struct silent_pads *pads, uint64_t pad, const struct silent_sound_list *silent)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < pads->count; i++)
        if (pads->each[i].pad != pad)
            pads->each[left++] = pads->each[i];
    for (uint32_t i = 0; i < silent->count && left < SILENT_SOUNDS; i++) {
        const struct silent_sound *from = &silent->at[i];
        struct silent_pad *to = &pads->each[left];

        if (from->index != pad)
            continue;
        *to = (struct silent_pad){ .pad = pad, .id = from->id, .again = from->again };
        (void)text_copy(to->why, sizeof(to->why), from->why);
        left++;
    }
    pads->count = left;
}

const char *silent_pads_why(const struct silent_pads *pads, uint64_t pad)
{
    for (uint32_t i = 0; i < pads->count; i++)
        if (pads->each[i].pad == pad)
            return pads->each[i].why;
    return NULL;
}

bool silent_pads_again(const struct silent_pads *pads)
{
    bool again = false;

    for (uint32_t i = 0; i < pads->count; i++)
        again |= pads->each[i].again;
    return again;
}

struct silent_sound_list silent_pads_list(const struct silent_pads *pads, struct arena *arena)
{
    struct silent_sound_list list = { 0, arena_array(arena, pads->count, sizeof(*list.at)) };

    for (uint64_t pad = 0; pad < SCORE_PADS; pad++)
        for (uint32_t i = 0; i < pads->count; i++) {
            const struct silent_pad *one = &pads->each[i];

            if (one->pad == pad)
                list.at[list.count++] = (struct silent_sound){
                    .index = pad, .id = one->id, .why = text_of(one->why), .has_again = true, .again = one->again
                };
        }
    return list;
}
