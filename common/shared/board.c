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
    struct board_line *lines; /* BOARD_LINES lines in the shared memory */
};

enum { PAYLOAD = BOARD_LINES * sizeof(struct board_line) };

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
    made->lines = made->shm.at;
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

bool board_stands(const struct board *board, const struct paths *paths)
{
    char name[SHM_NAME_SIZE];

    return shm_stands(&board->shm, shm_name(paths, "board", name)) == ERR_OK && shm_whole(&board->shm, BOARD_VERSION) &&
           !guard_lost(start_of(board));
}

enum err board_remove(const struct paths *paths)
{
    char name[SHM_NAME_SIZE];

    return shm_remove(shm_name(paths, "board", name));
}

/* True for a free or damaged line: no service has such a name. */
static bool is_free(const struct board_line *line)
{
    size_t len = strnlen(line->name, BOARD_NAME_SIZE);

    return len == 0 || len == BOARD_NAME_SIZE || strspn(line->name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != len;
}

bool board_is_named(const struct board_line *line, const char *name)
{
    return strnlen(line->name, BOARD_NAME_SIZE) < BOARD_NAME_SIZE && strcmp(line->name, name) == 0;
}

struct board_line *board_line(struct board *board, const char *name, bool add)
{
    if (*name == '\0' || strlen(name) >= BOARD_NAME_SIZE)
        return NULL;
    for (uint32_t i = 0; i < BOARD_LINES; i++)
        if (board_is_named(&board->lines[i], name))
            return &board->lines[i];
    for (uint32_t i = 0; add && i < BOARD_LINES; i++) {
        if (is_free(&board->lines[i])) {
            memset(&board->lines[i], 0, sizeof(board->lines[i]));
            strcpy(board->lines[i].name, name);
            return &board->lines[i];
        }
    }
    return NULL;
}

struct board_line *board_at(struct board *board, uint32_t index)
{
    return index < BOARD_LINES ? &board->lines[index] : NULL;
}

/* The pid is stored last, so a reader of it also sees the matching start ticks. */
void board_claim_for(struct board_line *line, int32_t pid, uint64_t start_ticks)
{
    if (!line)
        return;
    atomic_store(&line->pid, 0);
    atomic_store(&line->state, BOARD_STARTING);
    atomic_store(&line->beats, 0);
    atomic_store(&line->work, 0);
    atomic_store(&line->beat, clock_steady());
    atomic_store(&line->start_ticks, start_ticks);
    atomic_store(&line->pid, pid);
}

void board_claim(struct board_line *line)
{
    int32_t pid = (int32_t)getpid();

    board_claim_for(line, pid, board_start_ticks(pid));
}

void board_clear(struct board_line *line)
{
    if (!line)
        return;
    atomic_store(&line->pid, 0);
    atomic_store(&line->work, 0);
    atomic_store(&line->state, BOARD_EMPTY);
}

void board_state(struct board_line *line, enum board_state state)
{
    if (line)
        atomic_store(&line->state, (uint32_t)state);
}

void board_beat(struct board_line *line)
{
    if (!line)
        return;
    atomic_store_explicit(&line->beat, clock_steady(), memory_order_relaxed);
    atomic_fetch_add_explicit(&line->beats, 1, memory_order_release);
}

enum { WORK_SHARE_BITS = 24 };

void board_work(struct board_line *line, enum work_kind kind, uint64_t done, uint64_t total)
{
    uint32_t word = kind == WORK_NONE ? 0 : (uint32_t)kind << WORK_SHARE_BITS | work_share(done, total);

    if (!line)
        return;
    atomic_store_explicit(&line->work, word, memory_order_relaxed);
    board_beat(line);
}

enum work_kind board_work_of(const struct board_line *line, uint32_t *share)
{
    uint32_t word = atomic_load(&line->work), kind = word >> WORK_SHARE_BITS;

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
