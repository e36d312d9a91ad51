/* The generated tables and the look-ups of proto/wire/schema.h. */
#include <string.h>

#include "schema_persist.h"
#include "schema_service.h"
#include "tests/unit/claim.h"

static const struct ask *ask_named(const char *name)
{
    return schema_ask(text_of(name));
}

CLAIM(an_ask_is_found_by_its_full_name)
{
    assert_string_equal("persist.put_media", ask_named("persist.put_media")->full_name);
    assert_ptr_equal(&persist_put_media_shape, ask_named("persist.put_media")->request);
    assert_ptr_equal(&done_shape, ask_named("persist.put_media")->answer);
}

CLAIM(every_service_has_the_standard_asks)
{
    for (const struct schema *const *at = schema_all; *at; at++) {
        char name[64];

        strcat(strcpy(name, (*at)->service), ".ping");
        assert_ptr_equal(&service_ping_shape, ask_named(name)->request);
    }
}

CLAIM(an_unknown_name_finds_nothing)
{
    static const char *const names[] = { "",
                                         ".",
                                         "persist",
                                         "persist.",
                                         ".ping",
                                         "persist.put_medi",
                                         "nobody.ping",
                                         "persist.put_media.x",
                                         "PERSIST.ping" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_null(ask_named(names[i]));
        assert_null(schema_event(text_of(names[i])));
    }
}

CLAIM(an_event_is_found_under_its_own_service_only)
{
    assert_ptr_equal(&persist_changed_shape, schema_event(TEXT("persist.changed"))->body);
    assert_null(schema_event(TEXT("search.changed")));
}

CLAIM(a_field_is_found_by_its_name)
{
    assert_int_equal(offsetof(struct media, tags), schema_field(&media_shape, TEXT("tags"))->offset);
    assert_null(schema_field(&media_shape, TEXT("tag")));
    assert_null(schema_field(&nothing_shape, TEXT("tags")));
}

CLAIM(words_and_constants_stand_for_each_other)
{
    assert_int_equal(KIND_MIDI, choice_value(&kind_table, TEXT("midi")));
    assert_string_equal("midi", choice_word(&kind_table, KIND_MIDI));
    assert_int_equal(KIND_OTHER, choice_value(&kind_table, TEXT("hologram")));
    assert_int_equal(KIND_OTHER, choice_value(&kind_table, TEXT("")));
    assert_string_equal("", choice_word(&kind_table, KIND_OTHER));
    assert_string_equal("", choice_word(&kind_table, -1));
    assert_string_equal("", choice_word(&kind_table, 1000));
}

static void check_shape(const struct shape *shape)
{
    for (uint32_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];

        assert_true(field->offset < shape->size && field->has_offset < shape->size);
        assert_true(i == 0 || field->offset > field[-1].offset);
        assert_int_equal(field->type == FIELD_RECORD, field->record != NULL);
        assert_int_equal(field->type == FIELD_CHOICE, field->choices != NULL);
        if (field->record)
            check_shape(field->record);
    }
}

CLAIM(every_field_lies_in_its_struct)
{
    for (const struct schema *const *at = schema_all; *at; at++) {
        for (uint32_t i = 0; i < (*at)->ask_count; i++) {
            check_shape((*at)->asks[i].request);
            check_shape((*at)->asks[i].answer);
        }
        for (uint32_t i = 0; i < (*at)->event_count; i++)
            check_shape((*at)->events[i].body);
    }
}

CLAIM(bounds_are_those_of_the_schema)
{
    assert_int_equal(64, schema_field(&media_shape, TEXT("bit_depth"))->max);
    assert_int_equal(INT64_MAX, schema_field(&media_shape, TEXT("size"))->max);
    assert_int_equal(255, schema_field(&media_shape, TEXT("name"))->max_len);
    assert_int_equal(256, schema_field(&media_shape, TEXT("tags"))->max_count);
    assert_true(schema_field(&fact_shape, TEXT("confidence"))->real_max == 1.0);
}

CLAIM(the_text_of_a_schema_holds_what_it_uses)
{
    const uint32_t bound = schema_field(&description_shape, TEXT("schema"))->max_len;

    assert_non_null(strstr(schema_persist.text, "record media "));
    for (const struct schema *const *at = schema_all; *at; at++)
        assert_true(strlen((*at)->text) <= bound);
}
