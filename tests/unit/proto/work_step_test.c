/* What walks over many values or records sends a heartbeat every WORK_STEPS of them, so no turn is silent for long. */
#include <stdio.h>

#include "common/shared/work.h"
#include "proto/wire/codec.h"
#include "proto/wire/codec_copy.h"
#include "proto/wire/json_write.h"
#include "proto/wire/tree.h"
#include "schema_service.h"
#include "tests/unit/claim.h"

enum { VALUES = 100 * WORK_STEPS, LEAST = VALUES / WORK_STEPS - 1, RECORDS = 2 * WORK_STEPS };

static uint32_t beats;

static void take_beat(void *state)
{
    (void)state;
    beats++;
}

static void assert_beaten(uint32_t least)
{
    assert_in_range(beats, least, UINT32_MAX);
    beats = 0;
}

static int set_up(void **state)
{
    (void)state;
    work_beat_with(take_beat, NULL);
    beats = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    work_beat_with(NULL, NULL);
    return 0;
}

CLAIM_WITH(reading_comparing_and_writing_a_large_document_sends_heartbeats, set_up, tear_down)
{
    struct buffer text = { 0 };
    struct arena arena = { 0 };
    struct tree tree, other;
    char member[32];

    for (int i = 0; i < VALUES; i++) {
        (void)snprintf(member, sizeof(member), "%s\"k%06d\":%d", i ? "," : "{", i, i);
        buffer_add_text(&text, member);
    }
    buffer_add_text(&text, "}");
    const struct bytes bytes = buffer_bytes(&text);
    const struct text from = { (uint32_t)bytes.len, (const char *)bytes.at };
    assert_int_equal(tree_read(from, &arena, &tree, NULL), ERR_OK);
    assert_in_range(beats, 2 * LEAST, UINT32_MAX); /* into nodes, and these into a tree */
    assert_int_equal(tree_read(from, &arena, &other, NULL), ERR_OK);
    beats = 0;
    assert_true(tree_equal(&tree, &other));
    assert_beaten(LEAST);
    (void)tree_canonical(&tree, &arena);
    assert_beaten(LEAST);
    arena_free(&arena);
    buffer_free(&text);
}

CLAIM_WITH(a_message_of_many_records_sends_heartbeats, set_up, tear_down)
{
    static struct ask_stats each[RECORDS];
    const struct service_stats stats = { .service = TEXT("large"), .asks = { RECORDS, each } };
    struct service_stats got = { 0 };
    struct arena arena = { 0 };
    struct buffer body = { 0 }, json = { 0 };

    for (int i = 0; i < RECORDS; i++)
        each[i].name = TEXT("an_ask");
    assert_int_equal(codec_encode(&service_stats_shape, &stats, &body, NULL), ERR_OK);
    assert_beaten(RECORDS / WORK_STEPS);
    assert_int_equal(codec_decode(&service_stats_shape, buffer_bytes(&body), &arena, &got, NULL), ERR_OK);
    assert_beaten(RECORDS / WORK_STEPS);
    assert_int_equal(codec_copy(&service_stats_shape, &stats, &arena, &got), ERR_OK);
    assert_beaten(RECORDS / WORK_STEPS);
    json_write(&service_stats_shape, &stats, &json);
    assert_beaten(RECORDS / WORK_STEPS);
    arena_free(&arena);
    buffer_free(&body);
    buffer_free(&json);
}

CLAIM_WITH(a_thread_without_a_heartbeat_counts_in_silence, set_up, tear_down)
{
    work_beat_with(NULL, NULL);
    for (int i = 0; i < 2 * WORK_STEPS; i++)
        work_step();
    assert_int_equal(beats, 0);
}
