/* A loop that starts a program shows that it lives, unless the thread that starts it hangs. */
#include <errno.h>
#include <spawn.h>

#include "common/process/hang.h"
#include "common/shared/work.h"
#include "proto/transport/starter.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/process/busy.h"

enum { LIMIT_LOOKS = 1000000 / HANG_LOOK_US, QUIET_LOOKS = 20, MOST_LOOKS = 600 };

static struct busy busy; /* what the start does */

/* In place of that of the C library: no program, and no end before busy_let_go. */
int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[])
{
    (void)path, (void)actions, (void)attributes, (void)arguments, (void)environment;
    atomic_store(&busy.task, gettid());
    busy_work(&busy);
    *pid = 1;
    return 0;
}

/* A loop, in a thread of its own, that starts a program. */
struct loop {
    pthread_t thread;
    _Atomic uint64_t beats;
    _Atomic bool has_ended;
    int number, end;
};

static void take_beat(void *state)
{
    struct loop *loop = state;

    atomic_fetch_add(&loop->beats, 1);
}

static void *run_loop(void *state)
{
    struct loop *loop = state;
    char *const none[] = { NULL };
    pid_t pid;

    work_beat_with(take_beat, loop);
    loop->number = starter_start("/no/program", none, none, &pid, &loop->end);
    atomic_store(&loop->has_ended, true);
    return NULL;
}

static void begin_loop(struct loop *loop, enum busy_kind kind)
{
    busy = (struct busy){ .kind = kind };
    *loop = (struct loop){ .end = -1 };
    assert_int_equal(pthread_create(&loop->thread, NULL, run_loop, loop), 0);
    while (atomic_load(&busy.task) == 0)
        clock_sleep(1000);
}

static void end_loop(struct loop *loop)
{
    assert_false(atomic_load(&loop->has_ended));
    busy_let_go(&busy);
    pthread_join(loop->thread, NULL);
    assert_int_equal(loop->number, 0);
    assert_int_equal(close(loop->end), 0);
}

static void await_beats(struct loop *loop, uint64_t more)
{
    const uint64_t until = atomic_load(&loop->beats) + more;

    for (int i = 0; i < MOST_LOOKS && atomic_load(&loop->beats) < until; i++)
        clock_sleep(HANG_LOOK_US);
    assert_true(atomic_load(&loop->beats) >= until);
}

/* True if the beats cease: none came for long. */
static bool falls_silent(struct loop *loop)
{
    uint64_t seen = 0;
    int quiet = 0;

    for (int i = 0; i < MOST_LOOKS && quiet < QUIET_LOOKS; i++) {
        clock_sleep(HANG_LOOK_US);
        quiet = atomic_load(&loop->beats) == seen ? quiet + 1 : 0;
        seen = atomic_load(&loop->beats);
    }
    return quiet == QUIET_LOOKS;
}

CLAIM(a_loop_beats_while_the_kernel_holds_a_start)
{
    struct loop loop;

    begin_loop(&loop, BUSY_IN_KERNEL);
    await_beats(&loop, 2 * LIMIT_LOOKS);
    end_loop(&loop);
}

CLAIM(a_loop_beats_at_first_and_falls_silent_when_a_start_hangs)
{
    struct loop loop;

    for (int i = 0; i < 2; i++) {
        begin_loop(&loop, i == 0 ? BUSY_SLEEPS : BUSY_COMPUTES);
        await_beats(&loop, 2);
        assert_true(falls_silent(&loop));
        end_loop(&loop);
    }
}

/* Its turn comes after the start of another thread, which waits for a disk. */
CLAIM(a_loop_beats_while_it_waits_for_the_start_of_another_thread)
{
    struct loop first, second = { .end = -1 };

    begin_loop(&first, BUSY_IN_KERNEL);
    busy_await_kernel(&busy);
    assert_int_equal(pthread_create(&second.thread, NULL, run_loop, &second), 0);
    await_beats(&second, 2 * LIMIT_LOOKS);
    end_loop(&first);
    pthread_join(second.thread, NULL);
    assert_int_equal(second.number, 0);
    close(second.end);
}
