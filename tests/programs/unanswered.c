/* unanswered.so: preloaded into an engine, it kills a service after the effect of an ask and before the record of its
 * answer (RUN/NAME.answers): once, if HOME/die-NAME exists. */
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATE_AT = 48, STATE_DONE = 3 }; /* of a slot: proto/service/recall_file.c */

static int is_to_die(int fd, const void *bytes, size_t len)
{
    char link[64], path[PATH_MAX], marker[PATH_MAX];
    const char *home = getenv("LOOPHOLE_HOME");
    char *name, *end;
    uint32_t state;
    ssize_t got;

    if (!home || len < STATE_AT + sizeof(state))
        return 0;
    memcpy(&state, (const char *)bytes + STATE_AT, sizeof(state));
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    got = state == STATE_DONE ? readlink(link, path, sizeof(path) - 1) : 0;
    path[got > 0 ? got : 0] = '\0';
    name = strrchr(path, '/');
    end = name ? strstr(name, ".answers") : NULL;
    if (!end || end[8])
        return 0;
    *end = '\0';
    snprintf(marker, sizeof(marker), "%.2000s/die-%.100s", home, name + 1);
    return unlink(marker) == 0;
}

static ssize_t write_at(const char *symbol, int fd, const void *bytes, size_t len, off_t at)
{
    ssize_t (*real)(int, const void *, size_t, off_t) =
        (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, symbol);

    if (is_to_die(fd, bytes, len))
        kill(getpid(), SIGKILL);
    return real(fd, bytes, len, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return write_at("pwrite", fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    return write_at("pwrite64", fd, bytes, len, at);
}
