/* A data.mdb with any changed bytes, read by a check, a restore and the readers of services. They answer, refuse, die
 * or hang within LMDB, or die of a page that the file lacks: the engine reads it in a child process or under a guard. A
 * sanitizer's report outside LMDB, or any other death, is a finding. LMDB itself is not instrumented.
 *
 * An input is a list of changes of 6 bytes: the place (4 bytes, big-endian), the kind, and a byte. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/backup/image_check.h"
#include "store/check/verify.h"
#include "tests/fuzz/reads.h"

enum { PAGE = 4096, CHANGES = 64, MAP_BYTES = 16 << 20, FRAMES = 64, SECONDS = 20, FINDING = 66 };

static struct {
    uint8_t *whole, *changed;
    size_t len;
    char path[PATH_MAX + 32], fresh[PATH_MAX + 32];
    int *finding; /* shared with all children */
} image;

/* ---- the image ---- */

static void read_whole(void)
{
    char path[PATH_MAX + 32];
    struct stat st;
    int fd;

    (void)rows_of();
    snprintf(path, sizeof(path), "%s/store/data.mdb", fuzz_home()->data);
    snprintf(image.path, sizeof(image.path), "%s/image", fuzz_home()->home);
    snprintf(image.fresh, sizeof(image.fresh), "%s/fresh", fuzz_home()->home);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    holds(fd >= 0 && fstat(fd, &st) == 0);
    image.len = (size_t)st.st_size;
    image.whole = malloc(image.len);
    image.changed = malloc(image.len);
    holds(image.whole && image.changed && pread(fd, image.whole, image.len, 0) == st.st_size);
    close(fd);
    image.finding = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    holds(image.finding != MAP_FAILED);
}

static void change_one(const uint8_t change[6])
{
    size_t at = ((size_t)change[0] << 24 | (size_t)change[1] << 16 | (size_t)change[2] << 8 | change[3]) % image.len;
    size_t page = at / PAGE * PAGE, from = change[5] * (size_t)PAGE % image.len;

    switch (change[4] % 4) {
    case 0: /* a bit */
        image.changed[at] ^= (uint8_t)(1 << change[5] % 8);
        break;
    case 1: /* a byte */
        image.changed[at] = change[5];
        break;
    case 2: /* a byte of a page's head or of its first nodes */
        image.changed[page + at % 64] = change[5];
        break;
    default: /* another page instead of this one */
        memmove(image.changed + page, image.whole + from, PAGE);
        break;
    }
}

static void write_changed(const uint8_t *bytes, size_t len)
{
    int fd = open(image.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    memcpy(image.changed, image.whole, image.len);
    for (size_t i = 0; i < CHANGES && 6 * i + 6 <= len; i++)
        change_one(bytes + 6 * i);
    holds(fd >= 0 && write(fd, image.changed, image.len) == (ssize_t)image.len);
    close(fd);
}

/* ---- the child ---- */

static bool is_within_lmdb(void)
{
    void *frames[FRAMES];
    int count = backtrace(frames, FRAMES);
    Dl_info info;

    for (int i = 0; i < count; i++)
        if (dladdr(frames[i], &info) && info.dli_fname && strstr(info.dli_fname, "liblmdb"))
            return true;
    return false;
}

/* True for a page of the mapped file: the engine reads damage where it expects a death. */
static bool is_of_the_map(const void *address)
{
    char line[PATH_MAX + 128];
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long low, high;
    bool is = false;

    while (maps && !is && fgets(line, sizeof(line), maps))
        is = strstr(line, "/image") && sscanf(line, "%lx-%lx", &low, &high) == 2 && (unsigned long)address >= low &&
             (unsigned long)address < high;
    if (maps)
        fclose(maps);
    return is;
}

static void on_death(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (is_within_lmdb() || (number != SIGABRT && is_of_the_map(info->si_addr)))
        _exit(0);
    *image.finding = number;
    _exit(FINDING);
}

/* LMDB never stops following a damaged page that refers to itself. */
static void on_alarm(int number)
{
    if (is_within_lmdb())
        _exit(0);
    *image.finding = number;
    _exit(FINDING);
}

static void on_report(void)
{
    if (!is_within_lmdb())
        *image.finding = FINDING;
}

static void watch_deaths(void)
{
    static const int numbers[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
    const struct sigaction action = { .sa_sigaction = on_death, .sa_flags = SA_SIGINFO | SA_NODEFER };

    __sanitizer_set_death_callback(on_report);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        (void)sigaction(numbers[i], &action, NULL);
    signal(SIGALRM, on_alarm);
    alarm(SECONDS);
}

static void is_read(void)
{
    struct store *store = NULL;
    struct verified found;
    struct fault fault = { 0 };
    struct txn *txn;

    if (store_open_directory(image.path, STORE_IMAGE, MAP_BYTES, &store, &fault) != ERR_OK)
        return;
    (void)verify_here(store, NULL, &found, &fault);
    if (store_read(store, &txn, &fault) == ERR_OK) {
        reads_all(txn, rows_of());
        txn_end(txn);
    }
    store_close(store);
}

static void is_restored(void)
{
    struct backup found = { 0 };
    struct fault fault = { 0 };

    (void)image_check(image.path, MAP_BYTES, &found, &fault);
    holds(mkdir(image.fresh, 0700) == 0);
    (void)image_rebuild(image.path, image.fresh, MAP_BYTES, &found, &fault);
}

static void in_a_child(void (*what)(void))
{
    pid_t pid = fork(), ended;
    int status = 0;

    holds(pid >= 0);
    if (pid == 0) {
        watch_deaths();
        what();
        _exit(0);
    }
    while ((ended = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        ; /* libFuzzer's timer */
    holds(ended == pid);
    holds(*image.finding == 0);
    holds(!WIFSIGNALED(status));
}

static void remove_fresh(void)
{
    static const char *const names[] = { "data.mdb", "lock.mdb", "state", "doubt" };
    char path[PATH_MAX + 64];

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        snprintf(path, sizeof(path), "%s/%s", image.fresh, names[i]);
        (void)unlink(path);
    }
    holds(rmdir(image.fresh) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (!image.whole)
        read_whole();
    write_changed(bytes, len);
    in_a_child(is_read);
    in_a_child(is_restored);
    remove_fresh();
    return 0;
}
