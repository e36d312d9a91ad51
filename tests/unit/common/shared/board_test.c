#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/shared/board.h"
#include "common/shared/shm.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

#define BOARD_CLAIM(name) CLAIM_WITH(name, home_make, tear_down)

static int tear_down(void **state)
{
    board_remove(&((struct home *)*state)->paths);
    return home_remove(state);
}

static struct board *make_board(const struct home *home)
{
    struct board *board;

    assert_int_equal(board_make(&home->paths, &board, NULL), ERR_OK);
    return board;
}

BOARD_CLAIM(without_a_supervisor_there_is_no_board)
{
    const struct home *home = *state;
    struct board *board;

    assert_int_equal(board_open(&home->paths, &board, NULL), ERR_OFFLINE);
    assert_null(board);
    board_close(board);
}

BOARD_CLAIM(a_service_without_a_board_entry_may_send_heartbeats)
{
    board_claim(NULL);
    board_state(NULL, BOARD_READY);
    board_beat(NULL);
    board_clear(NULL);
}

BOARD_CLAIM(a_claim_names_this_very_process)
{
    struct board *board = make_board(*state);
    struct board_entry *entry = board_entry(board, "persist", true);

    board_claim(entry);
    assert_int_equal(entry->pid, getpid());
    assert_int_equal(entry->start_ticks, board_start_ticks(getpid()));
    assert_int_equal(entry->state, BOARD_STARTING);
    assert_int_equal(entry->beats, 0);
    assert_true(entry->beat > 0);
    board_close(board);
}

BOARD_CLAIM(what_a_process_had_in_hand_is_blamed_only_if_its_work_ended_it)
{
    struct board *board = make_board(*state);
    struct board_entry *entry = board_entry(board, "persist", true);
    const uint64_t ask = in_hand_key("ask", 3), file = in_hand_key("file", 4);

    assert_int_equal(in_hand_take(&entry->in_hand, ask), 0);
    assert_int_equal(in_hand_take(&entry->in_hand, file), ask);
    in_hand_leave(&entry->in_hand, ask);
    assert_true(in_hand_try(&entry->in_hand, file));
    assert_false(in_hand_try(&entry->in_hand, ask)); /* one in each thread */
    in_hand_lay_down();
    in_hand_bury(&entry->in_hand, false);
    assert_int_equal(in_hand_deaths(&entry->in_hand, ask), 0);
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(in_hand_try(&entry->in_hand, file));
        in_hand_bury(&entry->in_hand, true);
        in_hand_lay_down();
        assert_int_equal(in_hand_deaths(&entry->in_hand, file), i + 1);
    }
    in_hand_bury(&entry->in_hand, true); /* with empty hands */
    assert_int_equal(in_hand_deaths(&entry->in_hand, ask), 0);
    assert_int_equal(in_hand_deaths(NULL, ask), 0);
    assert_false(in_hand_try(NULL, file));
    board_close(board);
}

struct other_reader {
    struct in_hand *hand;
    pthread_barrier_t both;
};

static void *read_beside(void *state)
{
    struct other_reader *other = state;

    assert_true(in_hand_try(other->hand, in_hand_key("other", 5)));
    (void)pthread_barrier_wait(&other->both);
    (void)pthread_barrier_wait(&other->both); /* it never comes */
    return NULL;
}

/* As the handler of a crash does it. */
static void crash_beside_another_reader(struct in_hand *hand)
{
    struct other_reader other = { .hand = hand };
    pthread_t thread;

    (void)pthread_barrier_init(&other.both, NULL, 2);
    (void)pthread_create(&thread, NULL, read_beside, &other);
    (void)pthread_barrier_wait(&other.both);
    if (in_hand_try(hand, in_hand_key("file", 4)))
        in_hand_accuse();
    _exit(0);
}

BOARD_CLAIM(only_the_file_of_the_thread_that_crashed_is_blamed)
{
    struct board *board = make_board(*state);
    struct in_hand *hand = &board_entry(board, "persist", true)->in_hand;
    const pid_t child = fork();
    int status;

    if (child == 0)
        crash_beside_another_reader(hand);
    assert_int_equal(waitpid(child, &status, 0), child);
    in_hand_bury(hand, true);
    assert_int_equal(in_hand_deaths(hand, in_hand_key("file", 4)), 1);
    assert_int_equal(in_hand_deaths(hand, in_hand_key("other", 5)), 0);
    board_close(board);
}

/* As after a hang: the process was killed, and no handler said which file it was. */
BOARD_CLAIM(of_several_files_in_hand_none_is_blamed_but_the_ask_is)
{
    struct board *board = make_board(*state);
    struct in_hand *hand = &board_entry(board, "persist", true)->in_hand;

    for (uint64_t place = 0; place < IN_HAND_PLACES; place++)
        atomic_store(&hand->held[place], 100 + place);
    in_hand_bury(hand, true);
    assert_int_equal(in_hand_deaths(hand, 100 + IN_HAND_ASK), 1);
    for (uint64_t place = 0; place < IN_HAND_PLACES; place++) {
        assert_int_equal(in_hand_deaths(hand, 100 + place), place == IN_HAND_ASK);
        assert_int_equal(atomic_load(&hand->held[place]), 0);
    }
    board_close(board);
}

BOARD_CLAIM(every_process_that_opens_the_board_sees_heartbeats_and_states)
{
    const struct home *home = *state;
    struct board *ours = make_board(home), *theirs;
    struct board_entry *entry = board_entry(ours, "search", true), *seen;

    assert_int_equal(board_open(&home->paths, &theirs, NULL), ERR_OK);
    seen = board_entry(theirs, "search", false);
    assert_non_null(seen);
    board_claim(entry);
    board_state(entry, BOARD_READY);
    board_beat(entry);
    board_beat(entry);
    assert_int_equal(seen->state, BOARD_READY);
    assert_int_equal(seen->beats, 2);
    board_clear(entry);
    assert_int_equal(seen->pid, 0);
    board_close(ours);
    board_close(theirs);
}

BOARD_CLAIM(a_name_has_one_board_entry_and_only_the_supervisor_adds_one)
{
    struct board *board = make_board(*state);
    struct board_entry *entry = board_entry(board, "indexer", true);

    assert_ptr_equal(board_entry(board, "indexer", true), entry);
    assert_ptr_equal(board_entry(board, "indexer", false), entry);
    assert_null(board_entry(board, "nobody", false));
    assert_null(board_entry(board, "", true));
    assert_null(board_entry(board, "a-name-of-twenty-four-ch", true));
    board_close(board);
}

BOARD_CLAIM(a_full_board_has_no_entry_to_add)
{
    struct board *board = make_board(*state);
    char name[16];

    for (int i = 0; i < BOARD_ENTRIES; i++) {
        (void)snprintf(name, sizeof(name), "s%d", i);
        assert_non_null(board_entry(board, name, true));
    }
    assert_null(board_entry(board, "one-more", true));
    assert_non_null(board_at(board, BOARD_ENTRIES - 1));
    assert_null(board_at(board, BOARD_ENTRIES));
    board_close(board);
}

BOARD_CLAIM(the_board_outlives_its_supervisor)
{
    struct board *board = make_board(*state);

    board_claim(board_entry(board, "persist", true));
    board_close(board);
    board = make_board(*state);
    assert_int_equal(board_entry(board, "persist", false)->pid, getpid());
    board_close(board);
}

BOARD_CLAIM(a_board_entry_of_random_bytes_has_no_name_and_is_free)
{
    struct board *board = make_board(*state);

    memset(board_at(board, 0), 0xA5, sizeof(struct board_entry));
    assert_null(board_entry(board, "persist", false));
    assert_ptr_equal(board_entry(board, "persist", true), board_at(board, 0));
    assert_int_equal(board_at(board, 0)->pid, 0);
    assert_int_equal(board_at(board, 0)->beats, 0);
    board_close(board);
}

BOARD_CLAIM(a_dead_process_has_no_start_ticks_even_as_a_zombie)
{
    siginfo_t info;
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(board_start_ticks(child), 0);
    waitpid(child, NULL, 0);
    assert_int_equal(board_start_ticks(child), 0);
    assert_int_equal(board_start_ticks(0), 0);
    assert_int_equal(board_start_ticks(-1), 0);
}

static int open_object(const struct paths *paths)
{
    char name[SHM_NAME_SIZE];
    int fd = shm_open(shm_name(paths, "board", name), O_RDWR, 0);

    assert_true(fd >= 0);
    return fd;
}

BOARD_CLAIM(a_board_that_is_removed_or_replaced_is_not_current)
{
    const struct home *home = *state;
    struct board *board = make_board(home), *other;

    assert_true(board_is_current(board, &home->paths));
    board_remove(&home->paths);
    assert_false(board_is_current(board, &home->paths));
    other = make_board(home);
    assert_false(board_is_current(board, &home->paths));
    assert_true(board_is_current(other, &home->paths));
    board_close(board);
    board_close(other);
}

BOARD_CLAIM(a_board_cut_short_ends_nobody_and_is_made_again)
{
    const struct home *home = *state;
    struct board *board = make_board(home), *other;
    int fd = open_object(&home->paths);

    board_entry(board, "persist", true);
    assert_int_equal(ftruncate(fd, 0), 0);
    board_claim(board_entry(board, "persist", true));
    assert_false(board_is_current(board, &home->paths));
    other = make_board(home);
    assert_null(board_entry(other, "persist", false));
    assert_true(board_is_current(other, &home->paths));
    board_close(board);
    board_close(other);
    close(fd);
}

BOARD_CLAIM(a_board_of_random_bytes_is_not_current)
{
    const struct home *home = *state;
    struct board *board = make_board(home);
    int fd = open_object(&home->paths);

    assert_int_equal(pwrite(fd, "a header of anything else", 25, 0), 25);
    assert_false(board_is_current(board, &home->paths));
    board_close(board);
    close(fd);
}
