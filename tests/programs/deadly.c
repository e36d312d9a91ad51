/* deadly.so: preloaded into an engine, JSON with one of these words ends its reader, or is never read:
 * "deadly crash", "deadly hang"; a message with "deadly answer" ends the process that sends it. In a service that has
 * not the name after "in ", such as "deadly crash in persist", it does no harm. It stands for a flaw that nobody has
 * found yet. */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEADLY_EVENTS = 1312 }; /* of a MIDI file, as in deadly_test.py */

static int is_meant(const char *bytes, size_t len, const char *word)
{
    const char *at = memmem(bytes, len, word, strlen(word));
    const size_t rest = at ? len - (size_t)(at - bytes) - strlen(word) : 0;
    const char *name = program_invocation_short_name + strlen("loophole-");

    return at && strncmp(program_invocation_short_name, "loophole-", strlen("loophole-")) == 0 && rest > strlen(name) &&
           memcmp(at + strlen(word), name, strlen(name)) == 0;
}

void *json_loadb(const char *bytes, size_t len, size_t flags, void *error)
{
    void *(*real)(const char *, size_t, size_t, void *) =
        (void *(*)(const char *, size_t, size_t, void *))dlsym(RTLD_NEXT, "json_loadb");

    if (is_meant(bytes, len, "deadly crash in "))
        raise(SIGSEGV);
    while (is_meant(bytes, len, "deadly hang in "))
        continue;
    return real(bytes, len, flags, error);
}

typedef int compare_two(const void *, const void *, void *);

/* The reader of MIDI files is the engine's own and gives its text to no library: it ends when it orders its events. */
void qsort_r(void *each, size_t count, size_t size, compare_two *order, void *state)
{
    void (*real)(void *, size_t, size_t, compare_two *, void *) =
        (void (*)(void *, size_t, size_t, compare_two *, void *))dlsym(RTLD_NEXT, "qsort_r");

    if (count == DEADLY_EVENTS && strcmp(program_invocation_short_name, "loophole-project") == 0)
        raise(SIGSEGV);
    real(each, count, size, order, state);
}

int zmq_msg_init_data(void *message, void *bytes, size_t len, void *gone, void *hint)
{
    int (*real)(void *, void *, size_t, void *, void *) =
        (int (*)(void *, void *, size_t, void *, void *))dlsym(RTLD_NEXT, "zmq_msg_init_data");

    if (is_meant(bytes, len, "deadly answer in "))
        raise(SIGSEGV);
    return real(message, bytes, len, gone, hint);
}
