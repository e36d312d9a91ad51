/* writers: studios that give offers at the same time, each in a process, over the connection code of the service. Every
 * talk opens a connection of its own, as in the service. Usage: writers OFFERS TALKS SETTING… */
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
#include "services/composer/server/door.h"

enum { SOUNDS = 20000, IN_SONG = 16 };

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
    add_number(to, "{\"id\":%llu", number);
    buffer_add_text(to, ",\"kind\":\"use\",\"role\":\"drums\",\"stamp\":1,\"content\":\"");
    add_hash(to, number * 7919 % SOUNDS);
    buffer_add_text(to, "\",\"context\":\"");
    add_hash(to, writer << 40 | (number / IN_SONG + SOUNDS));
    buffer_add_text(to, "\"}");
}

static void check_error(enum err e, const struct fault *fault)
{
    if (e == ERR_OK)
        return;
    fprintf(stderr, "a writer failed: %s\n", fault->what);
    exit(1);
}

static void hold_talk(const char *setting, const char *generation, uint64_t done, uint32_t count, uint64_t writer)
{
    struct buffer json = { 0 };
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct server_link *link;
    struct text value = { 0, NULL };
    const char *call;

    buffer_add_text(&json, "{\"generation\":\"");
    buffer_add_text(&json, generation);
    buffer_add_text(&json, "\",\"base\":0,\"position\":0,\"limit\":1,");
    add_number(&json, "\"accepted\":%llu", done);
    add_number(&json, ",\"stamp\":%llu,\"offers\":[", done ? 1 : 0);
    for (uint64_t i = 1; i <= count; i++) {
        add_json(&json, done + i, writer);
        buffer_add(&json, i < count ? "," : "]", 1);
    }
    buffer_add(&json, "}", 2);
    call = buffer_c(&json);
    check_error(server_open(setting, &link, &fault), &fault);
    check_error(server_calls(link, "select composer.exchange($1::text::jsonb)", &call, 1, &arena, &value, &fault),
                &fault);
    server_close(link);
    char expected[64];
    snprintf(expected, sizeof(expected), "\"accepted\": %llu", (unsigned long long)(done + count));
    if (!strstr(arena_printf(&arena, "%.*s", (int)value.len, value.at).at, expected)) {
        fprintf(stderr, "not taken: %.*s\n", (int)value.len, value.at);
        exit(1);
    }
    arena_free(&arena);
    buffer_free(&json);
}

static void write_all(const char *setting, uint32_t count, uint32_t talks, uint64_t writer)
{
    char generation[27];

    snprintf(generation, sizeof(generation), "01J0%022llX", (unsigned long long)clock_now() * 64 + writer);
    for (uint32_t i = 0; i < talks; i++)
        hold_talk(setting, generation, (uint64_t)i * count, count, writer);
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)atoi(argv[1]) : 0;
    uint32_t talks = argc > 2 ? (uint32_t)atoi(argv[2]) : 0, writers = argc > 3 ? (uint32_t)argc - 3 : 0;
    usec_t began = clock_steady();
    int status, failed = 0;

    for (uint32_t i = 0; i < writers; i++)
        if (fork() == 0) {
            write_all(argv[3 + i], count, talks, i + 1);
            _exit(0);
        }
    for (uint32_t i = 0; i < writers; i++)
        failed |= wait(&status) < 0 || status != 0;
    double seconds = (double)(clock_steady() - began) / 1e6;
    double rows = (double)writers * talks * count;
    printf("%u writers, calls of %u: %.0f offers in %.1f s, %.0f a second\n", writers, count, rows, seconds,
           rows / seconds);
    return failed;
}
