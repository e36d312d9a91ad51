#include "store/pattern/pattern_voice.h"

#include <string.h>

#include "proto/wire/value.h"

enum { VOICES = 32 };

static struct text voice_of(const struct row *row)
{
    return row->voice_id.len ? row->voice_id : TEXT("voice1");
}

/* Returns the number of rows with that voice. */
static uint32_t count_rows(const struct row_list *rows, struct text voice)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < rows->count; i++)
        count += text_equal(voice_of(&rows->at[i]), voice);
    return count;
}

/* There are as many voices as rows, so one is free whenever two rows share one. */
static struct text free_voice(const struct row_list *rows, struct arena *arena)
{
    struct text voice = TEXT("voice1");

    for (int i = 1; i <= VOICES && count_rows(rows, voice); i++)
        voice = arena_printf(arena, "voice%d", i);
    return voice;
}

static void set_voice(struct modules *modules, struct text voice, const struct voice_values *values)
{
    const struct field *field = schema_field(&modules_shape, voice);

    if (!field || field->record != &voice_values_shape)
        return;
    value_mark(field, modules, true);
    memcpy(value_in(field, modules), values, sizeof(*values));
}

void pattern_give_voice(struct pattern *pattern, struct arena *arena, uint32_t row, const struct voice_values *values)
{
    const struct row_list *rows = &pattern->sequencer.tracks;
    struct row *own = &rows->at[row];

    if (count_rows(rows, voice_of(own)) > 1)
        own->voice_id = free_voice(rows, arena);
    set_voice(&pattern->modules, voice_of(own), values);
}
