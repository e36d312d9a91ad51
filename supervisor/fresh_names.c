#include "supervisor/fresh_names.h"

#include <stdio.h>

#include "common/names.h"
#include "common/process/log.h"
#include "common/shared/bell.h"
#include "common/shared/studio.h"
#include "proto/transport/lock.h"
#include "supervisor/server.h"
#include "supervisor/table.h"

enum { TRIES = 8 };

static bool has_living_entry(const struct paths *paths)
{
    struct board *board;
    struct board_entry *entry;
    bool found = false;

    if (board_open(paths, &board, NULL) != ERR_OK)
        return false;
    for (uint32_t i = 0; !found && (entry = board_at(board, i)) != NULL; i++) {
        int32_t pid = atomic_load(&entry->pid);
        found = pid > 0 && board_start_ticks(pid) == atomic_load(&entry->start_ticks);
    }
    board_close(board);
    return found;
}

/* Running processes know the names by the current word. */
static bool is_in_use(const struct paths *paths)
{
    for (uint32_t i = 0; i < table_count; i++)
        if (lock_is_held(paths, table_rows[i].name))
            return true;
    return has_living_entry(paths) || server_is_left(paths);
}

static void note_taken(void *data, const char *path, const char *owner)
{
    log_warn("user %s has taken the name %s: another one is used", owner, path);
    names_note_taken(data, path);
}

static void remove_leftovers(const struct paths *paths)
{
    board_remove(paths);
    (void)studio_remove(paths);
    bell_remove(paths);
    server_sweep(paths);
}

/* If the disk is full, the old word is kept. */
static void draw_names(struct service *service)
{
    const struct paths *paths = service_paths(service);
    struct names names;
    struct fault fault = { 0 };

    names_each_taken(paths->data, paths->tag, note_taken, (void *)(uintptr_t)paths->data);
    remove_leftovers(paths);
    if (!names_read(paths->data, &names))
        return;
    names_draw(names.tag);
    if (names_write(paths->data, &names, &fault) == ERR_OK)
        service_set_tag(service, names.tag);
    else
        log_fault("the names of shared memory stay as they were", &fault);
}

enum err fresh_names_board(struct service *service, struct board **board, struct fault *fault)
{
    const struct paths *paths = service_paths(service);
    bool in_use = is_in_use(paths);
    enum err e = ERR_DENIED;

    for (int i = 0; e == ERR_DENIED && i < TRIES; i++) {
        if (!in_use)
            draw_names(service);
        e = board_make(paths, board, fault);
        if (in_use)
            return e;
    }
    return e;
}
