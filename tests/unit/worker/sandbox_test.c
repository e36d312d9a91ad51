#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "common/process/sandbox.h"
#include "common/sanitizer.h"
#include "services/worker/analyse.h"
#include "services/worker/jobs.h"
#include "tests/unit/claim.h"
#include "tests/unit/worker/made.h"

enum { PATH_FD = 0 }; /* in the child: a file that is open for writing */

/* Runs `inside` in a child that has entered a sandbox; returns its wait status. */
static int inside_of(enum err (*enter)(int socket, struct fault *fault), int (*inside)(void))
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        int ends[2];
        socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
        dup2(ends[0], JOBS_SOCKET);
        dup2(memfd_create("victim", 0), PATH_FD);
        dup2(ends[1], STDOUT_FILENO); /* the other end stays open */
        _exit(enter(JOBS_SOCKET, NULL) == ERR_OK ? inside() : 99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static int in_sandbox(int (*inside)(void))
{
    return inside_of(sandbox_enter, inside);
}

static int is_refused(long result)
{
    return result == -1 ? 0 : 1;
}

static int can_open(void)
{
    return is_refused(open("/etc/passwd", O_RDONLY));
}
static int can_look(void)
{
    struct stat stat_of;
    return is_refused(stat("/etc/passwd", &stat_of));
}
static int can_connect(void)
{
    return is_refused(socket(AF_INET, SOCK_STREAM, 0));
}
static int can_fork(void)
{
    return is_refused(fork());
}
static int can_execute(void)
{
    return is_refused(execve("/bin/true", (char *[]){ "true", NULL }, (char *[]){ NULL }));
}
static int can_trace(void)
{
    return is_refused(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}
static int kills_parent(void)
{
    return is_refused(kill(getppid(), SIGCONT));
}
static int can_write(void)
{
    return is_refused(write(PATH_FD, "x", 1));
}
static int talks_elsewhere(void)
{
    struct iovec part = { .iov_base = "x", .iov_len = 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    return is_refused(sendmsg(PATH_FD, &message, 0));
}
static int maps_much(void)
{
    return is_refused((long)mmap(NULL, 8ull << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}
static int raises_memory(void)
{
    return is_refused(setrlimit(RLIMIT_AS, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }));
}
static int raises_time(void)
{
    rlim_t more = (rlim_t)SANDBOX_LIFE_SECONDS + 1;
    return is_refused(setrlimit(RLIMIT_CPU, &(struct rlimit){ more, more }));
}
static int maps_code(void)
{
    return is_refused((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static int makes_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? 2 : is_refused(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}
static int makes_code_with_a_key(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? 2 : is_refused(syscall(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_EXEC, -1));
}
static int makes_all_that_is_read_code(void)
{
    return is_refused(personality(READ_IMPLIES_EXEC));
}
static int maps_a_file_as_code(void)
{
    return is_refused((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, PATH_FD, 0));
}
static int makes_a_file_in_memory(void)
{
    return is_refused(memfd_create("code", 0));
}
static int can_ring(void)
{
    uint8_t parameters[120] = { 0 };
    return is_refused(syscall(SYS_io_uring_setup, 8, parameters));
}
static int enters_a_ring(void)
{
    return is_refused(syscall(SYS_io_uring_enter, PATH_FD, 1, 1, 0, NULL, 0));
}
static int registers_with_a_ring(void)
{
    return is_refused(syscall(SYS_io_uring_register, PATH_FD, 0, NULL, 0));
}
static int reads_the_parent(void)
{
    char byte;
    struct iovec here = { &byte, 1 }, there = { &here, 1 };
    return is_refused(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}
static int takes_faults(void)
{
    return is_refused(syscall(SYS_userfaultfd, 0));
}
static int loads_a_program_into_the_kernel(void)
{
    return is_refused(syscall(SYS_bpf, 0, NULL, 0));
}

/* Sends it to the parent, which would keep it open. */
static int passes_a_descriptor_on(void)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec part = { .iov_base = "x", .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);

    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    *(int *)(void *)CMSG_DATA(head) = PATH_FD;
    return is_refused(sendmsg(JOBS_SOCKET, &message, 0));
}
static int passes_many_on(void)
{
    struct mmsghdr none = { 0 };
    return is_refused(sendmmsg(JOBS_SOCKET, &none, 1, 0));
}
static int sends_to_an_address(void)
{
    const struct sockaddr_un there = { .sun_family = AF_UNIX, .sun_path = "/tmp/x" };
    return is_refused(sendto(JOBS_SOCKET, "x", 1, 0, (const struct sockaddr *)&there, sizeof(there)));
}
static int ends_later(void)
{
    return is_refused(open("/proc/self/oom_score_adj", O_WRONLY));
}

CLAIM(calls_that_no_decoder_needs_fail)
{
    static const struct {
        const char *what;
        int (*inside)(void);
    } calls[] = {
        { "open", can_open },
        { "stat", can_look },
        { "socket", can_connect },
        { "fork", can_fork },
        { "execve", can_execute },
        { "ptrace", can_trace },
        { "kill", kills_parent },
        { "write", can_write },
        { "sendmsg elsewhere", talks_elsewhere },
        { "a descriptor passed on", passes_a_descriptor_on },
        { "sendmmsg", passes_many_on },
        { "an address", sends_to_an_address },
        { "io_uring_setup", can_ring },
        { "io_uring_enter", enters_a_ring },
        { "io_uring_register", registers_with_a_ring },
        { "mmap of code", maps_code },
        { "mmap of a file as code", maps_a_file_as_code },
        { "mprotect to code", makes_code },
        { "pkey_mprotect to code", makes_code_with_a_key },
        { "personality", makes_all_that_is_read_code },
        { "memfd_create", makes_a_file_in_memory },
        { "process_vm_readv", reads_the_parent },
        { "userfaultfd", takes_faults },
        { "bpf", loads_a_program_into_the_kernel },
        { "oom_score_adj", ends_later },
        { "a higher limit of memory", raises_memory },
        { "a higher limit of time", raises_time },
#if !SANITIZED
        { "mmap of 8 GiB", maps_much },
#endif
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        int status = in_sandbox(calls[i].inside), of_reader = inside_of(sandbox_enter_reader, calls[i].inside);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail_msg("%s: wait status %#x", calls[i].what, (unsigned)status);
        if (!WIFEXITED(of_reader) || WEXITSTATUS(of_reader) != 0)
            fail_msg("%s: wait status %#x of a reader", calls[i].what, (unsigned)of_reader);
    }
    (void)maps_much;
}

static enum err enter_with_a_large_map(int socket, struct fault *fault)
{
    const size_t size = (size_t)2 * SANDBOX_MEMORY_MB << 20;

    if (mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_NORESERVE, PATH_FD, 0) == MAP_FAILED)
        return ERR_FULL;
    return sandbox_enter_reader(socket, fault);
}

static int takes_memory_and_sends(void)
{
    void *page = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return page != MAP_FAILED && send(JOBS_SOCKET, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : 1;
}

CLAIM(a_reader_keeps_a_map_that_is_larger_than_its_memory)
{
    assert_int_equal(inside_of(enter_with_a_large_map, takes_memory_and_sends), 0);
}

/* The descriptor was opened before the sandbox; 1,000 is the largest value. */
static int is_first_to_end(void)
{
    char text[8] = "";
    return pread(PATH_FD, text, sizeof(text) - 1, 0) > 0 && strcmp(text, "1000\n") == 0 ? 0 : 1;
}

CLAIM(it_ends_first_when_memory_is_out)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        int ends[2];
        socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
        dup2(ends[0], JOBS_SOCKET);
        dup2(open("/proc/self/oom_score_adj", O_RDONLY), PATH_FD);
        _exit(sandbox_enter(JOBS_SOCKET, NULL) == ERR_OK ? is_first_to_end() : 99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static int can_abort(void)
{
    abort();
}

CLAIM(a_failed_check_still_ends_the_process_as_it_should)
{
    int status = in_sandbox(can_abort);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* Sets the limit for the job to one second; the test does not wait for the next ones. */
static int works_too_long(void)
{
    setrlimit(RLIMIT_CPU, &(struct rlimit){ 1, SANDBOX_LIFE_SECONDS });
    for (volatile bool going = true; going;)
        ;
    return 0;
}

CLAIM(using_more_processor_time_ends_the_process)
{
    int status = in_sandbox(works_too_long);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGXCPU);
}

/* ---- calls that the worker needs ---- */

static const int formats[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_16,  SF_FORMAT_AIFF | SF_FORMAT_PCM_24,
                               SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS,
                               SF_FORMAT_OGG | SF_FORMAT_OPUS,    SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
                               SF_FORMAT_CAF | SF_FORMAT_ALAC_16, SF_FORMAT_WAV | SF_FORMAT_GSM610 };
enum { FORMATS = sizeof(formats) / sizeof(*formats) };

static int analyses_all(void)
{
    struct analyser *analyser = analyser_new();
    struct arena arena = { 0 };
    struct job job = { .mode = { .value = WORKER_MODE_ANALYSE } };
    int made[FORMATS];

    for (int i = 0; i < FORMATS; i++) {
        struct buffer bytes = made_encoded((struct encoded){ formats[i], i == 7 ? 8000 : 48000, 1, 440, "title" });
        struct made file = made_of(&bytes);
        made[i] = file.input.fd;
    }
    int ends[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    int socket_fd = fcntl(ends[0], F_DUPFD, made[FORMATS - 1] + 1); /* those above it are closed */
    if (!analyser || sandbox_enter(socket_fd, NULL) != ERR_OK)
        return 98;
    for (int i = 0; i < FORMATS; i++) {
        struct result result = { 0 };
        sandbox_allow_job();
        analyse(analyser, &job, made[i], &arena, &result);
        if (result.found.state.value != ANALYSIS_STATE_DONE || result.found.frames < MADE_FRAMES / 2)
            return i + 1;
    }
    return 0;
}

CLAIM(every_codec_is_analysed_inside)
{
    pid_t child = fork();
    int status = 0;
    if (child == 0)
        _exit(analyses_all());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}
