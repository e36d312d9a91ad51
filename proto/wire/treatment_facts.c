#include "proto/wire/treatment_facts.h"

#include <math.h>

static const double gain_most = 60; /* dB, as persist takes it */

static void read_frames(const struct fact *fact, int64_t *to)
{
    if (fact->number >= 0 && fact->number <= (double)TREATMENT_FRAMES_MOST)
        *to = llround(fact->number);
}

struct treatment treatment_facts(struct fact_list facts)
{
    struct treatment found = { 0 };

    for (uint32_t i = 0; i < facts.count; i++) {
        const struct fact *fact = &facts.at[i];

        if (fact->source.value != SOURCE_USER || !fact->has_number)
            continue;
        if (text_is(fact->attribute, "trim_from"))
            read_frames(fact, &found.from);
        else if (text_is(fact->attribute, "trim_until"))
            read_frames(fact, &found.until);
        else if (text_is(fact->attribute, "fade_in"))
            read_frames(fact, &found.fade_in);
        else if (text_is(fact->attribute, "fade_out"))
            read_frames(fact, &found.fade_out);
        else if (text_is(fact->attribute, "gain_db") && fabs(fact->number) <= gain_most)
            found.gain_db = fact->number;
    }
    if (found.until <= found.from)
        found.until = 0;
    return found;
}
