/* A damaged board: its reader finds lines or none, and reports what it finds. */
#include "common/shared/board.h"

#include <string.h>

#include "common/shared/shm.h"
#include "tests/fuzz/fuzz.h"

enum { PAYLOAD = BOARD_LINES * sizeof(struct board_line) };

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
    holds(board_at(board, BOARD_LINES) == NULL);
    for (uint32_t i = 0; i < BOARD_LINES; i++) {
        struct board_line *line = board_at(board, i), *named;
        char name[BOARD_NAME_SIZE + 1] = { 0 };

        memcpy(name, line->name, BOARD_NAME_SIZE);
        named = board_line(board, name, false);
        holds(!named || strncmp(named->name, name, BOARD_NAME_SIZE) == 0);
    }
    struct board_line *line = board_line(board, "persist", true);
    board_claim(line), board_state(line, BOARD_READY), board_beat(line), board_clear(line);
    board_line(board, "", true);
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
