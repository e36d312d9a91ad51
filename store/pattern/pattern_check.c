#include "store/pattern/pattern_check.h"

#include <stdio.h>
#include <string.h>

#include "proto/wire/value.h"

enum { BAR = 16 };

const struct voice_values *pattern_voice(const struct modules *modules, struct text name)
{
    const struct field *field = schema_field(&modules_shape, name.len ? name : TEXT("voice1"));
    static const struct voice_values none;

    if (!field || field->record != &voice_values_shape)
        return NULL;
    return value_there(field, modules) ? value_of(field, modules) : &none;
}

uint32_t pattern_steps(const struct pattern *pattern)
{
    return pattern->sequencer.tracks.count ? pattern->sequencer.tracks.at[0].pattern.len : BAR;
}

enum err pattern_row_fault(const struct pattern *pattern, enum pattern_form form, uint32_t row, const char *field,
                           enum err code, struct fault *fault)
{
    const struct text name = pattern->sequencer.tracks.at[row].name;
    char place[64];

    if (form == PATTERN_IN_MESSAGE)
        (void)snprintf(place, sizeof(place), "sequencer.tracks[%u]", row);
    else if (name.len)
        (void)snprintf(place, sizeof(place), "sequencer.tracks.%.*s", TEXT_ARG(name));
    else
        (void)snprintf(place, sizeof(place), "sequencer.tracks.%u", row);
    value_fault_in(fault, code, field);
    return value_fault_in(fault, code, place);
}

enum err pattern_refuse_steps(uint32_t steps, struct fault *fault)
{
    return fault_set(fault, ERR_BAD_REQUEST, "%u step%s, expected 16, 32, 48 or 64", steps, steps == 1 ? "" : "s");
}

static enum err check_steps(const struct pattern *pattern, struct text steps, struct fault *fault)
{
    const uint32_t others = pattern_steps(pattern);
    uint32_t at = 0;

    if (steps.len != 16 && steps.len != 32 && steps.len != 48 && steps.len != 64)
        return pattern_refuse_steps(steps.len, fault);
    while (at < steps.len && memchr("Xx.", steps.at[at], 3))
        at++;
    if (at < steps.len)
        return fault_set(fault, ERR_BAD_REQUEST, "step %u is \"%.*s\": X is an accent, x a step, . a rest", at + 1,
                         (int)text_character((struct text){ steps.len - at, steps.at + at }), steps.at + at);
    if (steps.len != others)
        return fault_set(fault, ERR_BAD_REQUEST, "%u steps, but the rows before it have %u", steps.len, others);
    return ERR_OK;
}

/* Lists with a value for each step, and the length of the row's own cycle. */
static enum err check_step_values(const struct row *row, const char **field, struct fault *fault)
{
    const struct {
        const char *field;
        uint64_t count;
    } each[] = { { "velocity", row->velocity.count },
                 { "probability", row->probability.count },
                 { "ratchet", row->ratchet.count },
                 { "timing", row->timing.count },
                 { "length", row->has_length ? row->length : 0 } };

    for (uint32_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        *field = each[i].field;
        if (each[i].count > row->pattern.len)
            return fault_set(fault, ERR_BAD_REQUEST, "%llu steps, but the row has %u",
                             (unsigned long long)each[i].count, row->pattern.len);
    }
    return ERR_OK;
}

enum err pattern_check(const struct pattern *pattern, enum pattern_form form, struct fault *fault)
{
    for (uint32_t i = 0; i < pattern->sequencer.tracks.count; i++) {
        const struct row *row = &pattern->sequencer.tracks.at[i];
        const char *field = "pattern";
        enum err e = check_steps(pattern, row->pattern, fault);

        e = e == ERR_OK ? check_step_values(row, &field, fault) : e;
        if (e != ERR_OK)
            return pattern_row_fault(pattern, form, i, field, e, fault);
        if (pattern_voice(&pattern->modules, row->voice_id))
            continue;
        e = fault_set(fault, ERR_BAD_REQUEST, "unknown voice \"%.*s\": expected voice1 to voice32",
                      TEXT_ARG(row->voice_id));
        return pattern_row_fault(pattern, form, i, "voice_id", e, fault);
    }
    return ERR_OK;
}
