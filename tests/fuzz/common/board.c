/* A damaged board: its reader finds entries or none, and reports what it finds. */
#include "common/shared/board.h"

#include <string.h>

#include "common/shared/shm.h"
#include "tests/fuzz/fuzz.h"

enum { PAYLOAD = BOARD_ENTRIES * sizeof(struct board_entry) };

static struct board *open_board(const struct paths *paths)
{
    struct board *board = NULL;

    holds(board_make(paths, &board, NULL) == ERR_OK);
    holds(board_remove(paths) == ERR_OK); /* removes only the name: the mapping stays */
    return board;
}

static void scribble_board(struct board *board, struct bytes bytes)
{
    memset(board_at(board, 0), 0, PAYLOAD);
    if (bytes.len)
        memcpy(board_at(board, 0), bytes.at, bytes.len < PAYLOAD ? bytes.len : PAYLOAD);
}

static void is_read(struct board *board)
{
    holds(board_at(board, BOARD_ENTRIES) == NULL);
    for (uint32_t i = 0; i < BOARD_ENTRIES; i++) {
        struct board_entry *entry = board_at(board, i), *named;
        char name[BOARD_NAME_SIZE + 1] = { 0 };

        memcpy(name, entry->name, BOARD_NAME_SIZE);
        named = board_entry(board, name, false);
        holds(!named || strncmp(named->name, name, BOARD_NAME_SIZE) == 0);
    }
    struct board_entry *entry = board_entry(board, "persist", true);
    board_claim(entry), board_state(entry, BOARD_READY), board_beat(entry), board_clear(entry);
    board_entry(board, "", true);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct board *board;

    if (!board)
        board = open_board(fuzz_home());
    scribble_board(board, bytes_of(bytes, len));
    is_read(board);
    board_start_ticks(len >= 4 ? (int32_t)(bytes[0] << 8 | bytes[1]) : 0);
    return 0;
}
