/* What a browser on another machine may send and hear: over every ask and event of every schema. */
#include <string.h>

#include "frontends/web/entry/remote.h"
#include "proto/wire/codec.h"
#include "proto/wire/value.h"
#include "schema_persist.h"
#include "schema_search.h"
#include "tests/unit/claim.h"

enum { RECORD = 1 << 20 };

static enum err check_record(const struct ask *ask, const void *record, struct fault *fault)
{
    struct buffer body = { 0 };
    enum err e;

    assert_int_equal(ERR_OK, codec_encode(ask->request, record, &body, fault));
    e = remote_check(ask, buffer_bytes(&body), false, fault);
    buffer_free(&body);
    return e;
}

CLAIM(an_ask_without_the_mark_is_refused_whatever_it_carries)
{
    uint32_t refused = 0;

    for (const struct schema *const *at = schema_all; *at; at++)
        for (uint32_t i = 0; i < (*at)->ask_count; i++) {
            struct fault fault = { 0 };

            if ((*at)->asks[i].remote)
                continue;
            assert_int_equal(ERR_DENIED, remote_check(&(*at)->asks[i], (struct bytes){ 0 }, false, &fault));
            assert_non_null(strstr(fault.what, (*at)->asks[i].full_name));
            refused++;
        }
    assert_true(refused > 50);
}

/* Gives the field some value that is not its type's "none". */
static void give_value(const struct field *field, void *record)
{
    static const char text[] = "x";

    value_mark(field, record, true);
    assert_false(field->flags & FIELD_LIST);
    if (field->type == FIELD_TEXT)
        *(struct text *)value_in(field, record) = (struct text){ 1, text };
    if (field->type == FIELD_BYTES)
        *(struct bytes *)value_in(field, record) = bytes_of(text, 1);
    if (field->type == FIELD_BOOL)
        *(bool *)value_in(field, record) = true;
}

static uint32_t refuse_each_local_field(const struct ask *ask)
{
    static uint64_t record[RECORD / sizeof(uint64_t)];
    uint32_t refused = 0;

    for (uint32_t i = 0; i < ask->request->field_count; i++) {
        const struct field *field = &ask->request->fields[i];
        struct fault fault = { 0 };

        assert_true(ask->request->size <= sizeof(record));
        assert_true(!(field->flags & FIELD_PATH) || field->flags & FIELD_LOCAL);
        if (!(field->flags & FIELD_LOCAL))
            continue;
        memset(record, 0, ask->request->size);
        give_value(field, record);
        assert_int_equal(ERR_DENIED, check_record(ask, record, &fault));
        assert_string_equal(field->name, fault.field);
        refused++;
    }
    return refused;
}

CLAIM(a_remote_ask_is_refused_with_each_of_its_local_fields)
{
    uint32_t refused = 0;

    for (const struct schema *const *at = schema_all; *at; at++)
        for (uint32_t i = 0; i < (*at)->ask_count; i++)
            if ((*at)->asks[i].remote)
                refused += refuse_each_local_field(&(*at)->asks[i]);
    assert_true(refused >= 8);
}

CLAIM(a_local_field_is_found_in_each_record_of_a_list)
{
    struct edit edits[3] = { { .has_favourite = true }, { .has_hidden = true }, { .has_remote = true } };
    struct persist_edit_media ask = { .edits = { 3, edits } };
    struct fault fault = { 0 };

    assert_int_equal(ERR_OK, check_record(schema_ask(TEXT("persist.edit_media")), &ask, &fault));
    edits[2].remote = TEXT("https://cloud.example/kick.wav");
    assert_int_equal(ERR_DENIED, check_record(schema_ask(TEXT("persist.edit_media")), &ask, &fault));
    assert_string_equal("remote", fault.field);
}

CLAIM(a_body_that_is_no_request_is_refused)
{
    struct fault fault = { 0 };

    assert_int_not_equal(ERR_OK, remote_check(schema_ask(TEXT("search.query")), bytes_of("\xc1", 1), false, &fault));
}

CLAIM(a_read_only_client_sends_only_asks_that_read)
{
    struct search_map ask = { .dimensions = 2, .seed = 1, .remake = true };
    struct buffer body = { 0 };
    struct fault fault = { 0 };
    uint32_t refused = 0;

    for (const struct schema *const *at = schema_all; *at; at++)
        for (uint32_t i = 0; i < (*at)->ask_count; i++) {
            const struct ask *one = &(*at)->asks[i];

            assert_false(one->reads && (one->mutates || one->once || !one->remote));
            if (one->reads)
                continue;
            assert_int_equal(ERR_DENIED, remote_check(one, (struct bytes){ 0 }, true, &fault));
            refused += one->remote;
        }
    assert_true(refused > 20);
    assert_int_equal(ERR_OK, codec_encode(&search_map_shape, &ask, &body, &fault));
    assert_int_equal(ERR_OK, remote_check(schema_ask(TEXT("search.map")), buffer_bytes(&body), false, &fault));
    assert_int_equal(ERR_DENIED, remote_check(schema_ask(TEXT("search.map")), buffer_bytes(&body), true, &fault));
    assert_string_equal("remake", fault.field);
    buffer_free(&body);
}

static bool has_path(const struct shape *shape)
{
    for (uint32_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];

        if (field->flags & FIELD_PATH || (field->type == FIELD_RECORD && has_path(field->record)))
            return true;
    }
    return false;
}

CLAIM(an_event_is_heard_only_with_the_mark_and_has_no_path_then)
{
    uint32_t heard = 0, kept = 0;

    for (const struct schema *const *at = schema_all; *at; at++)
        for (uint32_t i = 0; i < (*at)->event_count; i++) {
            const struct event *event = &(*at)->events[i];

            assert_int_equal(event->remote, remote_hears(text_of(event->full_name)));
            assert_false(event->remote && has_path(event->body));
            heard += event->remote;
            kept += !event->remote;
        }
    assert_true(heard > 8 && kept > 12);
    assert_false(remote_hears(TEXT("persist.of_a_later_version")));
    assert_false(remote_hears(TEXT("persist")));
    assert_false(remote_hears(TEXT("")));
}
