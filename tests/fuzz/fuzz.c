#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGES_MAX = 1024 };

void fuzz_broken(const char *file, int line, const char *claim)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
    abort();
}

/* ---- the parts of an input ---- */

struct bytes fuzz_take(struct fuzz_input *input, size_t len)
{
    struct bytes taken = bytes_of(input->at, len < input->left ? len : input->left);

    input->at += taken.len;
    input->left -= taken.len;
    return taken;
}

uint16_t fuzz_number(struct fuzz_input *input)
{
    struct bytes taken = fuzz_take(input, 2);

    return taken.len == 2 ? (uint16_t)(taken.at[0] << 8 | taken.at[1]) : 0;
}

struct bytes fuzz_line(struct fuzz_input *input)
{
    const uint8_t *end = input->left ? memchr(input->at, '\n', input->left) : NULL;
    struct bytes line = fuzz_take(input, end ? (size_t)(end - input->at) : input->left);

    fuzz_take(input, 1);
    return line;
}

struct bytes fuzz_rest(struct fuzz_input *input)
{
    return fuzz_take(input, input->left);
}

struct text fuzz_text(struct bytes bytes)
{
    return (struct text){ bytes.len, (const char *)bytes.at };
}

/* ---- messages ---- */

struct message {
    uint16_t hash;
    const struct shape *shape;
};

struct messages {
    uint32_t count;
    struct message at[MESSAGES_MAX];
};

uint16_t fuzz_hash(const char *name)
{
    uint32_t hash = 0;

    for (; *name; name++)
        hash = (hash * 31 + (uint8_t)*name) & 0xffff;
    return (uint16_t)hash;
}

static void add_message(struct messages *to, const char *name, const char *part, const struct shape *shape)
{
    char whole[256];

    snprintf(whole, sizeof(whole), "%s.%s", name, part);
    holds(to->count < MESSAGES_MAX);
    to->at[to->count++] = (struct message){ fuzz_hash(whole), shape };
}

static void list_messages(struct messages *to)
{
    for (const struct schema *const *at = schema_all; *at; at++) {
        for (uint32_t i = 0; i < (*at)->ask_count; i++) {
            add_message(to, (*at)->asks[i].full_name, "request", (*at)->asks[i].request);
            add_message(to, (*at)->asks[i].full_name, "answer", (*at)->asks[i].answer);
        }
        for (uint32_t i = 0; i < (*at)->event_count; i++)
            add_message(to, (*at)->events[i].full_name, "event", (*at)->events[i].body);
    }
}

const struct shape *fuzz_shape(struct fuzz_input *input)
{
    static struct messages messages;
    uint16_t number = fuzz_number(input);

    if (messages.count == 0)
        list_messages(&messages);
    for (uint32_t i = 0; i < messages.count; i++)
        if (messages.at[i].hash == number)
            return messages.at[i].shape;
    return messages.at[number % messages.count].shape;
}

/* ---- a home ---- */

static char home[PATH_MAX];

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
    (void)stat, (void)type, (void)walk;
    return remove(path);
}

static void remove_home(void)
{
    nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const struct paths *fuzz_home(void)
{
    static struct paths paths;
    const char *folder = getenv("TMPDIR");

    if (paths.home[0])
        return &paths;
    snprintf(home, sizeof(home), "%s/loophole-fuzz-XXXXXX", folder ? folder : "/tmp");
    holds(mkdtemp(home) != NULL);
    atexit(remove_home);
    setenv("LOOPHOLE_HOME", home, 1);
    holds(paths_find(&paths, NULL) == ERR_OK);
    return &paths;
}
