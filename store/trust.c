#include "store/trust.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/crash.h"
#include "common/file.h"
#include "store/files.h"

enum { PATH_ROOM = PATH_MAX + 128, STATE_MAX = 512, BOOT_SIZE = 40 };

/* The state of a crash handler, which can reach only static data. */
static struct {
    char doubt[PATH_ROOM];
    atomic_int inside;
} state;

static const char *trust_path(const char *directory, const char *name, char to[PATH_ROOM])
{
    (void)snprintf(to, PATH_ROOM, "%s/%s", directory, name);
    return to;
}

/* ---- the state ---- */

static bool read_trust_word(const char *path, char *to, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t len = fd < 0 ? -1 : read(fd, to, size - 1);

    if (fd >= 0)
        close(fd);
    to[len > 0 ? len : 0] = '\0';
    to[strcspn(to, "\n")] = '\0';
    return fd >= 0;
}

/* Returns an id that is new after each boot. */
static const char *boot_of(char to[BOOT_SIZE])
{
    (void)read_trust_word("/proc/sys/kernel/random/boot_id", to, BOOT_SIZE);
    return to;
}

static const char *signature_of(const struct stat *st, char to[STATE_MAX])
{
    (void)snprintf(to, STATE_MAX, "%llu %lld %lld.%09ld", (unsigned long long)st->st_ino, (long long)st->st_size,
                   (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
    return to;
}

/* If `text` begins with `word` and a space, skips them and returns true. */
static bool skip_trust_word(const char **text, const char *word)
{
    size_t len = strlen(word);

    if (strncmp(*text, word, len) != 0 || ((*text)[len] != ' ' && (*text)[len] != '\0'))
        return false;
    *text += len + ((*text)[len] == ' ');
    return true;
}

static enum trust judge_text(const char *text, const char *signature, bool is_doubted, char reason[TRUST_REASON])
{
    char boot[BOOT_SIZE];

    if (skip_trust_word(&text, "damaged")) {
        if (!skip_trust_word(&text, signature))
            return TRUST_CHECK; /* another file has taken its place */
        (void)snprintf(reason, TRUST_REASON, "%.*s", TRUST_REASON - 1, text);
        return TRUST_DAMAGED;
    }
    if (is_doubted)
        return TRUST_CHECK;
    if (skip_trust_word(&text, "closed"))
        return strcmp(text, signature) == 0 ? TRUSTED : TRUST_CHECK;
    return skip_trust_word(&text, "open") && strcmp(text, boot_of(boot)) == 0 ? TRUSTED : TRUST_CHECK;
}

enum trust trust_look(const char *directory, char reason[TRUST_REASON])
{
    char path[PATH_ROOM], text[STATE_MAX], signature[STATE_MAX];
    bool is_doubted = trust_is_doubted(directory);
    struct stat st;

    reason[0] = '\0';
    if (!files_data(directory, &st))
        return TRUSTED; /* no store, so nothing to trust */
    if (!read_trust_word(trust_path(directory, "state", path), text, sizeof(text)))
        return is_doubted ? TRUST_CHECK : TRUSTED;
    return judge_text(text, signature_of(&st, signature), is_doubted, reason);
}

/* If the file cannot be written, the old state remains; at worst that costs a check. */
static void write_state(const char *directory, const char *word, const char *what, const char *reason)
{
    char path[PATH_ROOM], text[STATE_MAX];
    struct bytes line;

    (void)snprintf(text, sizeof(text), "%s %s%s%s\n", word, what, *reason ? " " : "", reason);
    line = bytes_of(text, strlen(text));
    (void)file_write_soon(trust_path(directory, "state", path), line, 0600, NULL);
}

void trust_opened(const char *directory)
{
    char boot[BOOT_SIZE];

    write_state(directory, "open", boot_of(boot), "");
}

void trust_checked(const char *directory)
{
    char path[PATH_ROOM];

    trust_opened(directory);
    (void)unlink(trust_path(directory, "doubt", path));
}

void trust_closed(const char *directory)
{
    char signature[STATE_MAX];
    struct stat st;

    if (files_data(directory, &st))
        write_state(directory, "closed", signature_of(&st, signature), "");
}

void trust_damaged(const char *directory, const char *reason)
{
    char signature[STATE_MAX];
    struct stat st;

    trust_doubt(directory); /* for processes that have it open */
    if (files_data(directory, &st))
        write_state(directory, "damaged", signature_of(&st, signature), reason);
}

/* ---- doubt ---- */

static void make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);

    if (fd >= 0)
        close(fd);
}

void trust_doubt(const char *directory)
{
    char path[PATH_ROOM];

    make_file(trust_path(directory, "doubt", path));
}

bool trust_is_doubted(const char *directory)
{
    char path[PATH_ROOM];

    return access(trust_path(directory, "doubt", path), F_OK) == 0;
}

/* Runs in the handler of a crash. */
static void doubt_inside(void)
{
    if (atomic_load(&state.inside) > 0)
        make_file(state.doubt);
}

void trust_watch(const char *directory)
{
    char path[PATH_ROOM];

    if (strcmp(trust_path(directory, "doubt", path), state.doubt) == 0)
        return;
    memcpy(state.doubt, path, sizeof(state.doubt));
    crash_before_end(doubt_inside);
}

void trust_enter(void)
{
    atomic_fetch_add(&state.inside, 1);
}

void trust_leave(void)
{
    atomic_fetch_sub(&state.inside, 1);
}

/* ---- refusing ---- */

enum err trust_say_damaged(const char *reason, struct fault *fault)
{
    fault_set(fault, ERR_IO, "the store is damaged (%.120s): restore a backup with `loophole restore FILE`", reason);
    return fault ? fault_hint(fault, "without a backup: loophole down, move the folder `store` of the data directory "
                                     "away, loophole up, and index again")
                 : ERR_IO;
}

enum err trust_refuse(const char *directory, struct fault *fault)
{
    char reason[TRUST_REASON];
    enum trust trust = trust_look(directory, reason);

    if (trust == TRUST_DAMAGED)
        return trust_say_damaged(reason, fault);
    return trust == TRUSTED ? ERR_OK
                            : fault_set(fault, ERR_OFFLINE, "the store waits for its writer, which checks it first");
}
