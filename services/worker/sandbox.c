#include "services/worker/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/priority.h"
#include "common/sanitizer.h"

/* ---- limits ---- */

static const struct {
    __rlimit_resource_t resource;
    rlim_t soft, hard;
    bool sanitized_too;
} limits[] = {
    { RLIMIT_AS, (rlim_t)SANDBOX_MEMORY_MB << 20, (rlim_t)SANDBOX_MEMORY_MB << 20, false },
    { RLIMIT_CPU, SANDBOX_JOB_SECONDS, SANDBOX_LIFE_SECONDS, true },
    { RLIMIT_FSIZE, 0, 0, true },
    { RLIMIT_NOFILE, SANDBOX_FILES, SANDBOX_FILES, true },
    { RLIMIT_CORE, 0, 0, true },
};

static enum err set_limits(struct fault *fault)
{
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
        struct rlimit limit = { limits[i].soft, limits[i].hard };
        if (SANITIZED && !limits[i].sanitized_too)
            continue;
        if (setrlimit(limits[i].resource, &limit) != 0)
            return fault_errno(fault, ERR_INTERNAL, errno, "cannot set a resource limit");
    }
    /* Without SIGXFSZ a write to a log file only fails, and the process lives on. */
    signal(SIGXFSZ, SIG_IGN);
    return ERR_OK;
}

void sandbox_allow_job(void)
{
    struct timespec used = { 0 };

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    struct rlimit limit = { (rlim_t)used.tv_sec + SANDBOX_JOB_SECONDS, SANDBOX_LIFE_SECONDS };
    if (limit.rlim_cur > limit.rlim_max)
        limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_CPU, &limit);
}

/* ---- rights that are dropped where the kernel permits ---- */

static void leave_network(void)
{
    if (unshare(CLONE_NEWNET) != 0)
        (void)!unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

/* Root could raise a hard limit while it has its capabilities. */
static enum err drop_capabilities(struct fault *fault)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

    if (syscall(SYS_capset, &header, none) != 0)
        return fault_errno(fault, ERR_INTERNAL, errno, "cannot give up capabilities");
    return ERR_OK;
}

/* The layout of linux/landlock.h, ABI 6; older kernels read only its beginning. */
struct landlock_rules {
    uint64_t files, network, scopes;
};

static void close_file_system(void)
{
    static const struct {
        int abi;
        uint64_t files, network, scopes;
    } known[] = { { 6, 0xFFFF, 3, 3 }, { 5, 0xFFFF, 3, 0 }, { 4, 0x7FFF, 3, 0 },
                  { 3, 0x7FFF, 0, 0 }, { 2, 0x3FFF, 0, 0 }, { 1, 0x1FFF, 0, 0 } };
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (known[i].abi > abi)
            continue;
        struct landlock_rules rules = { known[i].files, known[i].network, known[i].scopes };
        size_t size = rules.scopes ? 24 : rules.network ? 16 : 8;
        int set = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
        if (set >= 0) {
            syscall(SYS_landlock_restrict_self, set, 0);
            close(set);
        }
        return;
    }
}

/* ---- the allowed calls ---- */

static const int plain_calls[] = {
    SCMP_SYS(pread64),       SCMP_SYS(close),           SCMP_SYS(fstat),
    SCMP_SYS(munmap),        SCMP_SYS(mremap),          SCMP_SYS(madvise),
    SCMP_SYS(brk),           SCMP_SYS(futex),           SCMP_SYS(exit),
    SCMP_SYS(exit_group),    SCMP_SYS(rt_sigreturn),    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),    SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),   SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
    SCMP_SYS(gettid),        SCMP_SYS(sigaltstack),
};

/* Calls of which one argument must have a value, under a mask (~0: the whole argument). */
struct narrow_call {
    int call;
    unsigned argument;
    uint64_t mask, value;
};

static int allow_all(scmp_filter_ctx filter, int socket)
{
    const struct narrow_call narrow_calls[] = {
        { SCMP_SYS(recvmsg), 0, ~0u, (uint64_t)socket },
        { SCMP_SYS(write), 0, ~0u, STDERR_FILENO },
        { SCMP_SYS(mmap), 2, PROT_EXEC, 0 },
        { SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
        { SCMP_SYS(tgkill), 0, ~0u, (uint64_t)getpid() }, /* abort */
    };
    int e = 0;

    for (size_t i = 0; e == 0 && i < sizeof(plain_calls) / sizeof(*plain_calls); i++)
        e = seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain_calls[i], 0);
    for (size_t i = 0; e == 0 && i < sizeof(narrow_calls) / sizeof(*narrow_calls); i++)
        e = seccomp_rule_add(filter, SCMP_ACT_ALLOW, narrow_calls[i].call, 1,
                             SCMP_CMP(narrow_calls[i].argument, SCMP_CMP_MASKED_EQ, narrow_calls[i].mask,
                                      narrow_calls[i].value));
    if (e == 0) /* not sendmsg, which can pass a descriptor */
        e = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 2,
                             SCMP_CMP(0, SCMP_CMP_MASKED_EQ, ~0u, (uint64_t)socket), SCMP_CMP(4, SCMP_CMP_EQ, 0, 0));
    if (e == 0) /* for sandbox_allow_job */
        e = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_CMP(0, SCMP_CMP_EQ, 0, 0),
                             SCMP_CMP(1, SCMP_CMP_EQ, RLIMIT_CPU, 0));
    return e;
}

static enum err filter_calls(int socket, struct fault *fault)
{
    scmp_filter_ctx filter = alloc_check(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
    int e = allow_all(filter, socket);

    if (e == 0)
        e = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1); /* includes threads that a library started */
    if (e == 0)
        e = seccomp_load(filter);
    seccomp_release(filter);
    return e == 0 ? ERR_OK : fault_errno(fault, ERR_INTERNAL, -e, "cannot limit the system calls");
}

enum err sandbox_enter(int socket, struct fault *fault)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fault_errno(fault, ERR_INTERNAL, errno, "cannot give up new privileges");
    priority_ends_first(); /* before Landlock closes the files below /proc */
    close_range((unsigned)socket + 1, ~0u, 0);
    leave_network();
    close_file_system();
    enum err e = drop_capabilities(fault);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* last: a new user namespace clears it */
    if (e == ERR_OK)
        e = set_limits(fault);
    return e == ERR_OK ? filter_calls(socket, fault) : e;
}
