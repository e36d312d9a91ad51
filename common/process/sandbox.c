#include "common/process/sandbox.h"

#include <errno.h>
#include <fcntl.h>
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

struct bound {
    __rlimit_resource_t resource;
    rlim_t soft, hard;
    bool sanitized_too;
};

#define MEMORY_MOST ((rlim_t)SANDBOX_MEMORY_MB << 20)

/* The first two differ. */
enum { BOUNDS = 5 };
static const struct bound of_worker[BOUNDS] = {
    { RLIMIT_AS, MEMORY_MOST, MEMORY_MOST, false },
    { RLIMIT_CPU, SANDBOX_JOB_SECONDS, SANDBOX_LIFE_SECONDS, true },
    { RLIMIT_FSIZE, 0, 0, true },
    { RLIMIT_NOFILE, SANDBOX_FILES, SANDBOX_FILES, true },
    { RLIMIT_CORE, 0, 0, true },
};
static const struct bound of_reader[BOUNDS] = {
    { RLIMIT_DATA, MEMORY_MOST, MEMORY_MOST, false },
    { RLIMIT_CPU, SANDBOX_LIFE_SECONDS, SANDBOX_LIFE_SECONDS, true },
    { RLIMIT_FSIZE, 0, 0, true },
    { RLIMIT_NOFILE, SANDBOX_FILES, SANDBOX_FILES, true },
    { RLIMIT_CORE, 0, 0, true },
};

static enum err set_limits(const struct bound bounds[BOUNDS], struct fault *fault)
{
    for (size_t i = 0; i < BOUNDS; i++) {
        struct rlimit limit = { bounds[i].soft, bounds[i].hard };
        if (SANITIZED && !bounds[i].sanitized_too)
            continue;
        if (setrlimit(bounds[i].resource, &limit) != 0)
            return fault_errno(fault, ERR_INTERNAL, errno, "cannot set a resource limit");
    }
    /* A write to a log file then only fails, and does not end the process. */
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

/* ---- rights that the process gives up, if the kernel permits ---- */

static void leave_network(void)
{
    if (unshare(CLONE_NEWNET) != 0)
        (void)!unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

/* Without this, root could raise its hard limits. */
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

/* A set of rules that allows nothing yet; -1: this kernel has none. */
static int make_rules(void)
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
        return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    }
    return -1;
}

static bool obey_rules(int set)
{
    bool obeys = set >= 0 && syscall(SYS_landlock_restrict_self, set, 0) == 0;

    if (set >= 0)
        close(set);
    return obeys;
}

static void close_file_system(void)
{
    (void)obey_rules(make_rules());
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

static enum err enter_sandbox(int socket, const struct bound bounds[BOUNDS], struct fault *fault)
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
        e = set_limits(bounds, fault);
    return e == ERR_OK ? filter_calls(socket, fault) : e;
}

enum err sandbox_enter(int socket, struct fault *fault)
{
    return enter_sandbox(socket, of_worker, fault);
}

enum err sandbox_enter_reader(int socket, struct fault *fault)
{
    return enter_sandbox(socket, of_reader, fault);
}

/* ---- another program ---- */

/* The rights of linux/landlock.h, and its struct landlock_path_beneath_attr. */
enum { MAY_EXECUTE = 1, MAY_READ_FILE = 4, MAY_READ_FOLDER = 8, RULE_OF_PATH = 1 };
struct path_rule {
    uint64_t allowed;
    int32_t at;
} __attribute__((packed));

static bool allow_open(int set, int fd, uint64_t rights)
{
    struct path_rule rule = { rights, fd };

    return fd >= 0 && syscall(SYS_landlock_add_rule, set, RULE_OF_PATH, &rule, 0) == 0;
}

static bool allow_path(int set, const char *path, uint64_t rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    bool is_allowed = allow_open(set, fd, rights);

    if (fd >= 0)
        close(fd);
    return is_allowed;
}

static enum err confine_files(const char *program, struct fault *fault)
{
    static const char *const libraries[] = { "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib" };
    int set = make_rules();

    if (set < 0)
        return fault_set(fault, ERR_OFFLINE, "this kernel cannot confine ffmpeg: it has no Landlock");
    for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) /* not all exist */
        (void)allow_path(set, libraries[i], MAY_EXECUTE | MAY_READ_FILE | MAY_READ_FOLDER);
    (void)allow_path(set, "/etc/ld.so.cache", MAY_READ_FILE);
    bool is_ready = allow_path(set, program, MAY_EXECUTE | MAY_READ_FILE);
    (void)allow_open(set, STDIN_FILENO, MAY_READ_FILE); /* a file in memory needs no rule */
    if (!obey_rules(set))
        return fault_set(fault, ERR_OFFLINE, "this kernel cannot confine ffmpeg: Landlock is off");
    return is_ready ? ERR_OK : fault_set(fault, ERR_NOT_FOUND, "%.150s cannot be opened", program);
}

static enum err limit_program(struct fault *fault)
{
    static const struct {
        __rlimit_resource_t resource;
        rlim_t most;
    } most[] = { { RLIMIT_AS, (rlim_t)SANDBOX_MEMORY_MB << 20 },
                 { RLIMIT_CPU, SANDBOX_PROGRAM_SECONDS },
                 { RLIMIT_FSIZE, UINT32_MAX },
                 { RLIMIT_NOFILE, 64 },
                 { RLIMIT_CORE, 0 } };

    for (size_t i = SANITIZED ? 1 : 0; i < sizeof(most) / sizeof(*most); i++) /* a sanitizer needs address space */
        if (setrlimit(most[i].resource, &(struct rlimit){ most[i].most, most[i].most }) != 0)
            return fault_errno(fault, ERR_INTERNAL, errno, "cannot set a resource limit");
    return ERR_OK;
}

enum { FCHMODAT2 = 452 }; /* on all architectures; newer than the libseccomp of Debian 12 */

static const int refused_calls[] = {
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kill),
    SCMP_SYS(tkill),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(sched_setscheduler), /* also those of other processes of this user, as JACK's */
    SCMP_SYS(sched_setparam),
    SCMP_SYS(sched_setattr),
    SCMP_SYS(setpriority),
    SCMP_SYS(ioprio_set),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(prlimit64),
    SCMP_SYS(setrlimit),
    SCMP_SYS(shmget),
    SCMP_SYS(shmat),
    SCMP_SYS(shmctl),
    SCMP_SYS(semget),
    SCMP_SYS(semop),
    SCMP_SYS(semtimedop),
    SCMP_SYS(semctl),
    SCMP_SYS(msgget),
    SCMP_SYS(msgsnd),
    SCMP_SYS(msgrcv),
    SCMP_SYS(msgctl),
    SCMP_SYS(mq_open),
    SCMP_SYS(mq_unlink),
    SCMP_SYS(personality),
    SCMP_SYS(truncate), /* Landlock refuses it since Linux 6.2; nothing else of these */
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    FCHMODAT2,
    SCMP_SYS(chown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(utime),
    SCMP_SYS(utimes),
    SCMP_SYS(futimesat),
    SCMP_SYS(utimensat),
    SCMP_SYS(setxattr),
    SCMP_SYS(lsetxattr),
    SCMP_SYS(fsetxattr),
    SCMP_SYS(removexattr),
    SCMP_SYS(lremovexattr),
    SCMP_SYS(fremovexattr),
};

/* glibc makes a thread by clone if clone3, whose flags a filter cannot read, does not exist. */
static int refuse_calls(scmp_filter_ctx filter)
{
    int e = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

    if (e == 0)
        e = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                             SCMP_CMP(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    if (e == 0)
        e = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tgkill), 1,
                             SCMP_CMP(0, SCMP_CMP_NE, (uint64_t)getpid(), 0));
    for (size_t i = 0; e == 0 && i < sizeof(refused_calls) / sizeof(*refused_calls); i++)
        e = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused_calls[i], 0);
    return e;
}

static enum err filter_program(struct fault *fault)
{
    scmp_filter_ctx filter = alloc_check(seccomp_init(SCMP_ACT_ALLOW));
    int e = refuse_calls(filter);

    if (e == 0)
        e = seccomp_load(filter);
    seccomp_release(filter);
    return e == 0 ? ERR_OK : fault_errno(fault, ERR_INTERNAL, -e, "cannot limit the system calls");
}

enum err sandbox_enter_program(const char *program, struct fault *fault)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fault_errno(fault, ERR_INTERNAL, errno, "cannot give up new privileges");
    priority_ends_first(); /* before Landlock closes the files below /proc */
    close_range(STDERR_FILENO + 1, ~0u, 0);
    leave_network();
    enum err e = confine_files(program, fault);
    if (e == ERR_OK)
        e = drop_capabilities(fault);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* last: a new user namespace clears it */
    if (e == ERR_OK)
        e = limit_program(fault);
    return e == ERR_OK ? filter_program(fault) : e;
}
