#include "common/shared/guard.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"

/* A signal handler gets only an address, so this table belongs to the process, as its handlers do. `start` is stored
 * last and cleared first. */
static struct {
    struct mapping {
        _Atomic uintptr_t start; /* 0: free */
        _Atomic size_t size;
        _Atomic bool is_lost, is_disk;
        _Atomic int file; /* descriptor of a disk's file; -1: none */
    } mappings[GUARD_MAPPINGS];
    struct sigaction before;
} state;

static struct mapping *mapping_around(uintptr_t at)
{
    for (int i = 0; i < GUARD_MAPPINGS; i++) {
        uintptr_t start = atomic_load(&state.mappings[i].start);
        if (start && at >= start && at - start < atomic_load(&state.mappings[i].size))
            return &state.mappings[i];
    }
    return NULL;
}

/* Only async-signal-safe calls. The kernel releases the locks of this process. */
static _Noreturn void end_with_disk(void)
{
    static const char text[] = "the disk fails: a page of the store cannot be read\n";

    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(err_exit_code(ERR_IO));
}

static bool is_past_end(const struct mapping *mapping, uintptr_t at)
{
    struct stat st;

    return fstat(atomic_load(&mapping->file), &st) == 0 && at - atomic_load(&mapping->start) >= (uintptr_t)st.st_size;
}

static bool replace_pages(struct mapping *mapping)
{
    void *start = (void *)atomic_load(&mapping->start);

    atomic_store(&mapping->is_lost, true);
    return mmap(start, atomic_load(&mapping->size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                0) == start;
}

static void on_bus(int number, siginfo_t *info, void *context)
{
    struct mapping *mapping = info->si_code > 0 ? mapping_around((uintptr_t)info->si_addr) : NULL;

    if (mapping && atomic_load(&mapping->is_disk)) {
        if (!is_past_end(mapping, (uintptr_t)info->si_addr))
            end_with_disk();
        mapping = NULL;
    }
    if (mapping && replace_pages(mapping))
        return;
    if (state.before.sa_flags & SA_SIGINFO)
        state.before.sa_sigaction(number, info, context);
    else
        sigaction(number, &state.before, NULL); /* the access is repeated, and ends with the previous action */
}

/* Installs the handler, also if another one replaced it since. */
static void install_handler(void)
{
    struct sigaction action = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER }, now;

    if (sigaction(SIGBUS, NULL, &now) != 0 || ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_bus))
        return;
    state.before = now;
    (void)sigaction(SIGBUS, &action, NULL);
}

static bool add_mapping(void *start, size_t size, bool is_disk, int file)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);

    install_handler();
    for (int i = 0; i < GUARD_MAPPINGS; i++) {
        struct mapping *mapping = &state.mappings[i];
        if (atomic_load(&mapping->start))
            continue;
        atomic_store(&mapping->size, (size + page - 1) / page * page);
        atomic_store(&mapping->is_lost, false);
        atomic_store(&mapping->is_disk, is_disk);
        atomic_store(&mapping->file, file);
        atomic_store(&mapping->start, (uintptr_t)start);
        return true;
    }
    return false;
}

void guard_add(void *start, size_t size)
{
    (void)add_mapping(start, size, false, -1);
}

void guard_add_disk(void *start, size_t size, int file)
{
    if (!add_mapping(start, size, true, file) && file >= 0)
        close(file);
}

void guard_drop(const void *start)
{
    struct mapping *mapping = start ? mapping_around((uintptr_t)start) : NULL;

    if (!mapping)
        return;
    atomic_store(&mapping->start, 0);
    if (atomic_load(&mapping->file) >= 0)
        close(atomic_load(&mapping->file));
}

bool guard_lost(const void *start)
{
    const struct mapping *mapping = mapping_around((uintptr_t)start);

    return mapping && atomic_load(&mapping->is_lost);
}
