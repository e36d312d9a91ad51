/* writers: studios that give offers at the same time, each in a process, over the connection code of the service. Every
 * talk opens a connection of its own, as in the service. Usage: writers call|copy TALKS SETTING… */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/hash.h"
#include "common/id.h"
#include "proto/wire/base64.h"
#include "services/composer/link/door.h"

enum { CALL = 500, COPY = 4096, SOUNDS = 20000, IN_SONG = 16 };

static void add_number(struct buffer *to, const char *format, unsigned long long number)
{
    char word[64];

    snprintf(word, sizeof(word), format, number);
    buffer_add_text(to, word);
}

static void add_hash(struct buffer *to, uint64_t number)
{
    struct hash hash = hash_of(&number, sizeof(number));

    base64_write(to, bytes_of(hash.b, sizeof(hash.b)));
}

static void add_json(struct buffer *to, uint64_t number, uint64_t writer)
{
    add_number(to, number % CALL == 1 ? "{\"id\":%llu" : ",{\"id\":%llu", number);
    buffer_add_text(to, ",\"kind\":\"use\",\"role\":\"drums\",\"stamp\":1,\"content\":\"");
    add_hash(to, number * 7919 % SOUNDS);
    buffer_add_text(to, "\",\"context\":\"");
    add_hash(to, writer << 40 | (number / IN_SONG + SOUNDS));
    buffer_add_text(to, "\"}");
}

static void add_row(struct buffer *to, uint64_t number, uint64_t writer)
{
    add_number(to, "%llu\tuse\t", number);
    add_hash(to, number * 7919 % SOUNDS);
    buffer_add_text(to, "\t");
    add_hash(to, writer << 40 | (number / IN_SONG + SOUNDS));
    buffer_add_text(to, "\tdrums\t\t\t\tf\t1\n");
}

static void check_error(enum err e, const struct fault *fault)
{
    if (e == ERR_OK)
        return;
    fprintf(stderr, "a writer failed: %s\n", fault->what);
    exit(1);
}

static void hold_talk(const char *setting, const char *generation, uint64_t done, bool copies, uint64_t writer)
{
    struct buffer rows = { 0 }, json = { 0 };
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct door *door;
    struct text value;
    const char *call;
    uint32_t count = copies ? COPY : CALL;

    buffer_add_text(&json, "{\"generation\":\"");
    buffer_add_text(&json, generation);
    add_number(&json, "\",\"base\":0,\"position\":0,\"limit\":1,\"accepted\":%llu", done);
    add_number(&json, ",\"stamp\":%llu,\"offers\":[", done ? 1 : 0);
    for (uint64_t i = 1; i <= count; i++)
        (copies ? add_row : add_json)(copies ? &rows : &json, done + i, writer);
    buffer_add(&json, "]}", 3);
    call = buffer_c(&json);
    check_error(door_open(setting, &door, &fault), &fault);
    if (copies)
        check_error(door_copy(door, "select composer.begin_upload()",
                              "offered (id, kind, content, context, role, section, attribute, value, withdrawn, stamp)",
                              (struct text){ (uint32_t)rows.len, buffer_c(&rows) }, &fault),
                    &fault);
    check_error(door_calls(door, "select composer.exchange($1::text::jsonb)", &call, 1, &arena, &value, &fault),
                &fault);
    door_close(door);
    char expected[64];
    snprintf(expected, sizeof(expected), "\"accepted\": %llu", (unsigned long long)(done + count));
    if (!strstr(arena_printf(&arena, "%.*s", (int)value.len, value.at).at, expected)) {
        fprintf(stderr, "not taken: %.*s\n", (int)value.len, value.at);
        exit(1);
    }
    arena_free(&arena);
    buffer_free(&json);
    buffer_free(&rows);
}

static void write_all(const char *setting, bool copies, uint32_t talks, uint64_t writer)
{
    char generation[27];

    snprintf(generation, sizeof(generation), "01J0%022llX", (unsigned long long)clock_now() * 64 + writer);
    for (uint32_t i = 0; i < talks; i++)
        hold_talk(setting, generation, (uint64_t)i * (copies ? COPY : CALL), copies, writer);
}

int main(int argc, char **argv)
{
    bool copies = argc > 1 && strcmp(argv[1], "copy") == 0;
    uint32_t talks = argc > 2 ? (uint32_t)atoi(argv[2]) : 0, writers = argc > 3 ? (uint32_t)argc - 3 : 0;
    usec_t began = clock_steady();
    int status, failed = 0;

    for (uint32_t i = 0; i < writers; i++)
        if (fork() == 0) {
            write_all(argv[3 + i], copies, talks, i + 1);
            _exit(0);
        }
    for (uint32_t i = 0; i < writers; i++)
        failed |= wait(&status) < 0 || status != 0;
    double seconds = (double)(clock_steady() - began) / 1e6;
    double rows = (double)writers * talks * (copies ? COPY : CALL);
    printf("%u writers, %s: %.0f offers in %.1f s, %.0f a second\n", writers, copies ? "COPY" : "calls of 500", rows,
           seconds, rows / seconds);
    return failed;
}
