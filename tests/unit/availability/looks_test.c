/* Reports of looks, and the lanes of the processes that sent them. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "services/availability/mounts/looks.h"
#include "tests/unit/claim.h"

static pid_t waiting_process(void)
{
    pid_t pid = fork();

    if (pid == 0)
        for (;;)
            pause();
    assert_true(pid > 0);
    return pid;
}

static void send_report(const struct looks *looks, pid_t pid)
{
    struct look_report report = { .mount = 5, .pid = pid, .error = (int32_t)pid };

    assert_int_equal(write(looks->to, &report, sizeof(report)), sizeof(report));
}

/* The earlier look has reported, or is late, and its process has not ended yet: a busy machine does that. */
CLAIM(a_report_belongs_to_its_look_though_an_earlier_one_has_not_ended)
{
    struct look_report report;
    struct looks looks;
    pid_t earlier = waiting_process(), later = waiting_process();

    assert_int_equal(looks_open(&looks, NULL), ERR_OK);
    looks.lanes[0] = (struct look_lane){ .pid = earlier, .mount = 5, .is_killed = true };
    looks.lanes[1] = (struct look_lane){ .pid = later, .mount = 5 };
    send_report(&looks, earlier); /* given up: it counts no more */
    send_report(&looks, later);
    assert_true(looks_take(&looks, &report));
    assert_int_equal(report.pid, later);
    assert_true(looks.lanes[1].is_killed);
    assert_false(looks_take(&looks, &report));
    kill(earlier, SIGKILL);
    kill(later, SIGKILL);
    assert_int_equal(waitpid(earlier, NULL, 0), earlier);
    assert_int_equal(waitpid(later, NULL, 0), later);
    looks.lanes[0] = looks.lanes[1] = (struct look_lane){ 0 };
    looks_close(&looks);
}
