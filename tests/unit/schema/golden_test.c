/* Every message keeps its bytes: tests/schema/golden/SCHEMA.hex contains the encoded examples of a schema, each after a
 * line `# NAME request`, `answer` or `event`. Runs in the top folder. UPDATE_GOLDEN=1 writes the files again: use it
 * only when a message changes on purpose. */
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
    char head[NAME_SIZE]; /* its line in the file */
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
        fail_msg("%s does not encode: %s: %s", message->head, fault.field, fault.what);
}

static void encode_example(const struct message *message, struct arena *arena, struct buffer *to)
{
    void *value = arena_alloc(arena, message->shape->size);
    struct fault fault = { 0 };

    if (example_make(message->shape, arena, value, &fault) != ERR_OK)
        fail_msg("no example of %s: %s: %s", message->head, fault.field, fault.what);
    encode_message(message, value, to);
}

static void encode_again(const struct message *message, struct bytes bytes, struct arena *arena, struct buffer *to)
{
    void *value = arena_alloc(arena, message->shape->size);
    struct fault fault = { 0 };

    if (codec_decode(message->shape, bytes, arena, value, &fault) != ERR_OK)
        fail_msg("%s does not decode: %s: %s", message->head, fault.field, fault.what);
    encode_message(message, value, to);
}

/* Ends `golden` after the bytes of the message, which it returns. */
static const char *find_golden(const struct message *message, struct buffer *golden)
{
    struct fault fault = { 0 };
    char *found, *end;

    if (file_read_all(message->file, GOLDEN_BYTES_MAX, golden, &fault) != ERR_OK)
        fail_msg("%s; if the schema is new: UPDATE_GOLDEN=1", fault.what);
    found = strstr(buffer_c(golden), message->head);
    if (!found)
        fail_msg("%s lacks %s; if the message is new: UPDATE_GOLDEN=1", message->file, message->head);
    found += strlen(message->head);
    end = strchr(found, '#');
    if (end)
        *end = '\0';
    return found;
}

static void message_keeps_its_bytes(void **state)
{
    const struct message *message = *state;
    struct buffer first = { 0 }, second = { 0 }, hex = { 0 }, golden = { 0 };
    struct arena arena = { 0 };

    encode_example(message, &arena, &first);
    write_hex(buffer_bytes(&first), &hex);
    assert_string_equal(find_golden(message, &golden), buffer_c(&hex));
    encode_again(message, buffer_bytes(&first), &arena, &second);
    assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));

    buffer_free(&first);
    buffer_free(&second);
    buffer_free(&hex);
    buffer_free(&golden);
    arena_free(&arena);
}

static size_t count_golden(const char *name)
{
    struct buffer golden = { 0 };
    char file[NAME_SIZE];
    size_t count = 0;

    snprintf(file, sizeof(file), GOLDEN "/%.80s", name);
    assert_int_equal(ERR_OK, file_read_all(file, GOLDEN_BYTES_MAX, &golden, NULL));
    for (const char *at = buffer_c(&golden); (at = strchr(at, '#')); at++)
        count++;
    buffer_free(&golden);
    return count;
}

static void all_golden_bytes_are_of_a_message(void **state)
{
    const size_t *message_count = *state;
    size_t count = 0;
    DIR *folder = opendir(GOLDEN);

    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] == '.' ? 0 : count_golden(entry->d_name);
    closedir(folder);
    assert_int_equal(*message_count, count);
}

/* The messages of a file lie one after the other. */
static void write_golden(const struct message *messages, size_t count)
{
    struct buffer bytes = { 0 }, file = { 0 };
    struct arena arena = { 0 };

    for (size_t i = 0; i < count; i++) {
        buffer_reset(&bytes);
        encode_example(&messages[i], &arena, &bytes);
        buffer_printf(&file, "%s", messages[i].head);
        write_hex(buffer_bytes(&bytes), &file);
        if (i + 1 < count && strcmp(messages[i].file, messages[i + 1].file) == 0)
            continue;
        assert_int_equal(ERR_OK, file_write_atomic(messages[i].file, buffer_bytes(&file), 0644, NULL));
        buffer_reset(&file);
    }
    buffer_free(&bytes);
    buffer_free(&file);
    arena_free(&arena);
}

static size_t add_message(struct message *messages, size_t count, const struct schema *schema,
                          const struct shape *shape, const char *name, const char *part)
{
    struct message *message = &messages[count];

    assert_true(count < MESSAGES_MAX);
    message->shape = shape;
    snprintf(message->claim, sizeof(message->claim), "the %s of %s keeps its bytes", part, name);
    snprintf(message->file, sizeof(message->file), GOLDEN "/%s.hex", schema->service);
    snprintf(message->head, sizeof(message->head), "# %s %s\n", name, part);
    return count + 1;
}

static size_t list_messages(struct message *messages)
{
    size_t count = 0;

    for (const struct schema *const *at = schema_all; *at; at++) {
        for (uint32_t i = 0; i < (*at)->ask_count; i++) {
            count = add_message(messages, count, *at, (*at)->asks[i].request, (*at)->asks[i].full_name, "request");
            count = add_message(messages, count, *at, (*at)->asks[i].answer, (*at)->asks[i].full_name, "answer");
        }
        for (uint32_t i = 0; i < (*at)->event_count; i++)
            count = add_message(messages, count, *at, (*at)->events[i].body, (*at)->events[i].full_name, "event");
    }
    return count;
}

int main(void)
{
    struct message messages[MESSAGES_MAX];
    struct CMUnitTest tests[MESSAGES_MAX + 1];
    size_t count = list_messages(messages);

    if (getenv("UPDATE_GOLDEN"))
        write_golden(messages, count);
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){ messages[i].claim, message_keeps_its_bytes, NULL, NULL, &messages[i] };
    tests[count] = (struct CMUnitTest)cmocka_unit_test_prestate(all_golden_bytes_are_of_a_message, &count);
    return _cmocka_run_group_tests("golden", tests, count + 1, NULL, NULL);
}
