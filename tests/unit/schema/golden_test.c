/* Every message keeps its bytes: tests/schema/golden contains the encoded examples of the schemas. Runs in the top
 * folder. UPDATE_GOLDEN=1 writes the files again: use it only when a message changes on purpose. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/file.h"
#include "proto/wire/codec.h"
#include "tests/example.h"

enum { MESSAGES_MAX = 1024, NAME_SIZE = 128, HEX_LINE = 32, GOLDEN_BYTES_MAX = 1 << 20 };

#define GOLDEN "tests/schema/golden"

struct message {
    const struct shape *shape;
    char claim[NAME_SIZE];
    char file[NAME_SIZE];
};

static void write_hex(struct bytes bytes, struct buffer *to)
{
    for (uint32_t i = 0; i < bytes.len; i++)
        buffer_printf(to, "%02x%s", bytes.at[i], i % HEX_LINE == HEX_LINE - 1 || i + 1 == bytes.len ? "\n" : " ");
}

static void encode_message(const struct message *message, const void *value, struct buffer *to)
{
    struct fault fault = { 0 };

    if (codec_encode(message->shape, value, to, &fault) != ERR_OK)
        fail_msg("%s does not encode: %s: %s", message->file, fault.field, fault.what);
}

static void encode_example(const struct message *message, struct arena *arena, struct buffer *to)
{
    void *value = arena_alloc(arena, message->shape->size);
    struct fault fault = { 0 };

    if (example_make(message->shape, arena, value, &fault) != ERR_OK)
        fail_msg("no example of %s: %s: %s", message->file, fault.field, fault.what);
    encode_message(message, value, to);
}

static void encode_again(const struct message *message, struct bytes bytes, struct arena *arena, struct buffer *to)
{
    void *value = arena_alloc(arena, message->shape->size);
    struct fault fault = { 0 };

    if (codec_decode(message->shape, bytes, arena, value, &fault) != ERR_OK)
        fail_msg("%s does not decode: %s: %s", message->file, fault.field, fault.what);
    encode_message(message, value, to);
}

static void hold_against_golden(const struct message *message, struct buffer *hex)
{
    struct buffer golden = { 0 };
    struct fault fault = { 0 };

    if (getenv("UPDATE_GOLDEN"))
        assert_int_equal(ERR_OK, file_write_atomic(message->file, buffer_bytes(hex), 0644, NULL));
    if (file_read_all(message->file, GOLDEN_BYTES_MAX, &golden, &fault) != ERR_OK)
        fail_msg("%s; if the message is new: UPDATE_GOLDEN=1", fault.what);
    assert_string_equal(buffer_c(&golden), buffer_c(hex));
    buffer_free(&golden);
}

static void message_keeps_its_bytes(void **state)
{
    const struct message *message = *state;
    struct buffer first = { 0 }, second = { 0 }, hex = { 0 };
    struct arena arena = { 0 };

    encode_example(message, &arena, &first);
    write_hex(buffer_bytes(&first), &hex);
    hold_against_golden(message, &hex);
    encode_again(message, buffer_bytes(&first), &arena, &second);
    assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));

    buffer_free(&first);
    buffer_free(&second);
    buffer_free(&hex);
    arena_free(&arena);
}

static void every_golden_file_is_of_a_message(void **state)
{
    const size_t *message_count = *state;
    size_t file_count = 0;
    DIR *folder = opendir(GOLDEN);

    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        file_count += strstr(entry->d_name, ".hex") != NULL;
    closedir(folder);
    assert_int_equal(*message_count, file_count);
}

static size_t add_message(struct message *messages, size_t count, const struct shape *shape, const char *name,
                          const char *part)
{
    struct message *message = &messages[count];

    assert_true(count < MESSAGES_MAX);
    message->shape = shape;
    snprintf(message->claim, sizeof(message->claim), "the %s of %s keeps its bytes", part, name);
    snprintf(message->file, sizeof(message->file), GOLDEN "/%s.%s.hex", name, part);
    return count + 1;
}

static size_t list_messages(struct message *messages)
{
    size_t count = 0;

    for (const struct schema *const *at = schema_all; *at; at++) {
        for (uint32_t i = 0; i < (*at)->ask_count; i++) {
            count = add_message(messages, count, (*at)->asks[i].request, (*at)->asks[i].full_name, "request");
            count = add_message(messages, count, (*at)->asks[i].answer, (*at)->asks[i].full_name, "answer");
        }
        for (uint32_t i = 0; i < (*at)->event_count; i++)
            count = add_message(messages, count, (*at)->events[i].body, (*at)->events[i].full_name, "event");
    }
    return count;
}

int main(void)
{
    struct message messages[MESSAGES_MAX];
    struct CMUnitTest tests[MESSAGES_MAX + 1];
    size_t count = list_messages(messages);

    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){ messages[i].claim, message_keeps_its_bytes, NULL, NULL, &messages[i] };
    tests[count] = (struct CMUnitTest)cmocka_unit_test_prestate(every_golden_file_is_of_a_message, &count);
    return _cmocka_run_group_tests("golden", tests, count + 1, NULL, NULL);
}
