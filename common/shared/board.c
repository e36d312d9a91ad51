#include "common/shared/board.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/proc.h"
#include "common/shared/guard.h"
#include "common/shared/shm.h"

struct board {
    struct shm shm;
    struct board_entry *entries; /* BOARD_ENTRIES entries in the shared memory */
};

enum { PAYLOAD = BOARD_ENTRIES * sizeof(struct board_entry) };

static uint8_t *start_of(const struct board *board)
{
    return (uint8_t *)board->shm.at - sizeof(struct shm_header);
}

static enum err open_with(enum err (*get)(const char *, uint32_t, size_t, struct shm *, struct fault *),
                          const struct paths *paths, struct board **board, struct fault *fault)
{
    struct board *made = alloc_zeroed(1, sizeof(*made));
    char name[SHM_NAME_SIZE];
    enum err e;

    *board = NULL;
    e = get(shm_name(paths, "board", name), BOARD_VERSION, PAYLOAD, &made->shm, fault);
    if (e != ERR_OK) {
        free(made);
        return e;
    }
    made->entries = made->shm.at;
    guard_add(start_of(made), sizeof(struct shm_header) + PAYLOAD);
    *board = made;
    return ERR_OK;
}

enum err board_make(const struct paths *paths, struct board **board, struct fault *fault)
{
    return open_with(shm_make, paths, board, fault);
}

enum err board_open(const struct paths *paths, struct board **board, struct fault *fault)
{
    return open_with(shm_attach, paths, board, fault);
}

void board_close(struct board *board)
{
    if (!board)
        return;
    guard_drop(start_of(board));
    shm_detach(&board->shm);
    free(board);
}

bool board_is_current(const struct board *board, const struct paths *paths)
{
    char name[SHM_NAME_SIZE];

    return shm_check(&board->shm, shm_name(paths, "board", name)) == ERR_OK && shm_whole(&board->shm, BOARD_VERSION) &&
           !guard_lost(start_of(board));
}

enum err board_remove(const struct paths *paths)
{
    char name[SHM_NAME_SIZE];

    return shm_remove(shm_name(paths, "board", name));
}

/* True for a free or damaged entry: no service has such a name. */
static bool is_free(const struct board_entry *entry)
{
    size_t len = strnlen(entry->name, BOARD_NAME_SIZE);

    return len == 0 || len == BOARD_NAME_SIZE || strspn(entry->name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != len;
}

bool board_is_named(const struct board_entry *entry, const char *name)
{
    return strnlen(entry->name, BOARD_NAME_SIZE) < BOARD_NAME_SIZE && strcmp(entry->name, name) == 0;
}

struct board_entry *board_entry(struct board *board, const char *name, bool add)
{
    if (*name == '\0' || strlen(name) >= BOARD_NAME_SIZE)
        return NULL;
    for (uint32_t i = 0; i < BOARD_ENTRIES; i++)
        if (board_is_named(&board->entries[i], name))
            return &board->entries[i];
    for (uint32_t i = 0; add && i < BOARD_ENTRIES; i++) {
        if (is_free(&board->entries[i])) {
            memset(&board->entries[i], 0, sizeof(board->entries[i]));
            strcpy(board->entries[i].name, name);
            return &board->entries[i];
        }
    }
    return NULL;
}

struct board_entry *board_at(struct board *board, uint32_t index)
{
    return index < BOARD_ENTRIES ? &board->entries[index] : NULL;
}

/* The pid is stored last, so a reader of it also sees the matching start ticks. */
void board_claim_for(struct board_entry *entry, int32_t pid, uint64_t start_ticks)
{
    if (!entry)
        return;
    atomic_store(&entry->pid, 0);
    atomic_store(&entry->state, BOARD_STARTING);
    atomic_store(&entry->beats, 0);
    atomic_store(&entry->work, 0);
    atomic_store(&entry->beat, clock_steady());
    atomic_store(&entry->start_ticks, start_ticks);
    atomic_store(&entry->pid, pid);
}

void board_claim(struct board_entry *entry)
{
    int32_t pid = (int32_t)getpid();

    board_claim_for(entry, pid, board_start_ticks(pid));
}

void board_clear(struct board_entry *entry)
{
    if (!entry)
        return;
    atomic_store(&entry->pid, 0);
    atomic_store(&entry->work, 0);
    atomic_store(&entry->state, BOARD_EMPTY);
}

void board_state(struct board_entry *entry, enum board_state state)
{
    if (entry)
        atomic_store(&entry->state, (uint32_t)state);
}

void board_beat(struct board_entry *entry)
{
    if (!entry)
        return;
    atomic_store_explicit(&entry->beat, clock_steady(), memory_order_relaxed);
    atomic_fetch_add_explicit(&entry->beats, 1, memory_order_release);
}

enum { WORK_SHARE_BITS = 24 };

void board_work(struct board_entry *entry, enum work_kind kind, uint64_t done, uint64_t total)
{
    uint32_t word = kind == WORK_NONE ? 0 : (uint32_t)kind << WORK_SHARE_BITS | work_share(done, total);

    if (!entry)
        return;
    atomic_store_explicit(&entry->work, word, memory_order_relaxed);
    board_beat(entry);
}

enum work_kind board_work_of(const struct board_entry *entry, uint32_t *share)
{
    uint32_t word = atomic_load(&entry->work), kind = word >> WORK_SHARE_BITS;

    *share = word & ((1u << WORK_SHARE_BITS) - 1);
    if (kind >= WORK_KINDS || *share > WORK_WHOLE)
        return WORK_NONE;
    return (enum work_kind)kind;
}

/* A zombie counts as dead: it stays in the process table until its parent waits for it. */
uint64_t board_start_ticks(int32_t pid)
{
    struct proc proc;

    return proc_read(pid, &proc) && proc.state != 'Z' && proc.state != 'X' ? proc.start_ticks : 0;
}
