/* traced.h: a process that ptrace has stopped runs to an instruction that a route names. */
#ifndef LOOPHOLE_TESTS_AUDIO_TRACED_H
#define LOOPHOLE_TESTS_AUDIO_TRACED_H

#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "tests/unit/audio/death/route.h"
#include "tests/unit/audio/stage.h"

static const size_t TRACED_AT = offsetof(struct user_regs_struct, rip);

static inline void traced_continue(pid_t pid, enum __ptrace_request how)
{
    int status;

    assert_int_equal(ptrace(how, pid, NULL, NULL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSTOPPED(status));
}

static inline void traced_step(pid_t pid)
{
    traced_continue(pid, PTRACE_SINGLESTEP);
}

static inline uintptr_t traced_address(pid_t pid)
{
    return (uintptr_t)ptrace(PTRACE_PEEKUSER, pid, TRACED_AT, NULL);
}

/* Lets the process run to a breakpoint. */
static inline void traced_run(pid_t pid, uintptr_t at)
{
    long was = ptrace(PTRACE_PEEKTEXT, pid, at, NULL);

    assert_int_equal(ptrace(PTRACE_POKETEXT, pid, at, (was & ~0xffL) | ROUTE_BREAK), 0);
    traced_continue(pid, PTRACE_CONT);
    assert_int_equal(ptrace(PTRACE_POKETEXT, pid, at, was), 0);
    assert_int_equal(traced_address(pid), at + 1);
    assert_int_equal(ptrace(PTRACE_POKEUSER, pid, TRACED_AT, at), 0);
}

/* Stops the process before instruction `number` of the route. */
static inline void traced_lead(pid_t pid, const struct route *route, uint64_t number)
{
    struct way way = route_way(route, number);

    for (;;) {
        if (traced_address(pid) != way.at)
            traced_run(pid, way.at);
        else if (way.visits-- > 0)
            traced_step(pid);
        else
            break;
    }
    for (uint64_t n = way.number; n < number; n++)
        traced_step(pid);
}

#endif
