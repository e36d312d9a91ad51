#include "supervisor/death.h"

#include <stdio.h>
#include <string.h>

#include "common/crash.h"
#include "common/err.h"

bool death_by_signal(const siginfo_t *info)
{
    return info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED;
}

bool death_by_work(const siginfo_t *info)
{
    static const int of_crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

    for (size_t i = 0; death_by_signal(info) && i < sizeof(of_crashes) / sizeof(*of_crashes); i++)
        if (info->si_status == of_crashes[i])
            return true;
    return info->si_code == CLD_EXITED && info->si_status == CRASH_EXIT_NO_MEMORY;
}

/* Returns the error of one of our exit codes; "" for any other code. */
static const char *error_of(int exit_code)
{
    if (exit_code == CRASH_EXIT_NO_MEMORY)
        return CRASH_NO_MEMORY;
    for (unsigned code = ERR_OK + 1; code < ERR_COUNT; code++)
        if (err_exit_code((enum err)code) == exit_code)
            return err_name((enum err)code);
    return "";
}

const char *death_describe(const siginfo_t *info, char to[DEATH_SIZE])
{
    const char *name = death_by_signal(info) ? sigabbrev_np(info->si_status) : error_of(info->si_status);

    if (death_by_signal(info))
        (void)snprintf(to, DEATH_SIZE, name ? "signal %d (SIG%s)" : "signal %d", info->si_status, name);
    else
        (void)snprintf(to, DEATH_SIZE, *name ? "exit code %d (%s)" : "exit code %d", info->si_status, name);
    return to;
}
