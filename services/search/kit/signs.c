#include "services/search/kit/signs.h"

static const double earlier = 0.6; /* a row with a sign comes about twice as often first as another one */

void kit_signs_add(struct kit_signs *signs, struct kit_sign sign)
{
    if (signs->count < KIT_SIGNS)
        signs->each[signs->count++] = sign;
    else
        bitmap_free(sign.rows);
}

void kit_signs_free(struct kit_signs *signs)
{
    for (uint32_t i = 0; i < signs->count; i++)
        bitmap_free(signs->each[i].rows);
    signs->count = 0;
}

double kit_signs_factor(const struct kit_signs *signs, uint32_t row)
{
    double factor = 1;

    for (uint32_t i = 0, counted = 0; i < signs->count && counted < KIT_SIGNS_COUNTED; i++)
        if (bitmap_has(signs->each[i].rows, row)) {
            factor *= earlier;
            counted++;
        }
    return factor;
}

struct text kit_signs_say(const struct kit_signs *signs, struct arena *arena, uint32_t row, struct text why)
{
    for (uint32_t i = 0, counted = 0; i < signs->count && counted < KIT_SIGNS_COUNTED; i++) {
        const struct kit_sign *sign = &signs->each[i];
        if (!bitmap_has(sign->rows, row))
            continue;
        counted++;
        if (sign->say) {
            const struct text more = sign->say(sign, arena, row);
            why = arena_printf(arena, "%.*s, %.*s", TEXT_ARG(why), TEXT_ARG(more));
        }
    }
    return why;
}
