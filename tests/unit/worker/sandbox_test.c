#include "tests/unit/worker/made.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/sanitizer.h"
#include "services/worker/analyse.h"
#include "services/worker/jobs.h"
#include "services/worker/sandbox.h"

enum { PATH_FD = 0 }; /* in the child: a file that is open for writing */

/* Runs `inside` in a child that has entered the sandbox; gives its wait status. */
static int in_sandbox(int (*inside)(void))
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        int ends[2];
        socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
        dup2(ends[0], JOBS_SOCKET);
        dup2(memfd_create("victim", 0), PATH_FD);
        _exit(sandbox_enter(JOBS_SOCKET, NULL) == ERR_OK ? inside() : 99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static int refused(long result)
{
    return result == -1 ? 0 : 1;
}

static int opens(void)
{
    return refused(open("/etc/passwd", O_RDONLY));
}
static int looks(void)
{
    struct stat stat_of;
    return refused(stat("/etc/passwd", &stat_of));
}
static int connects(void)
{
    return refused(socket(AF_INET, SOCK_STREAM, 0));
}
static int forks(void)
{
    return refused(fork());
}
static int executes(void)
{
    return refused(execve("/bin/true", (char *[]){ "true", NULL }, (char *[]){ NULL }));
}
static int traces(void)
{
    return refused(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}
static int kills_parent(void)
{
    return refused(kill(getppid(), SIGCONT));
}
static int writes(void)
{
    return refused(write(PATH_FD, "x", 1));
}
static int talks_elsewhere(void)
{
    struct iovec part = { .iov_base = "x", .iov_len = 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    return refused(sendmsg(PATH_FD, &message, 0));
}
static int maps_much(void)
{
    return refused((long)mmap(NULL, 8ull << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}
static int raises_memory(void)
{
    return refused(setrlimit(RLIMIT_AS, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }));
}
static int raises_time(void)
{
    rlim_t more = (rlim_t)SANDBOX_LIFE_SECONDS + 1;
    return refused(setrlimit(RLIMIT_CPU, &(struct rlimit){ more, more }));
}
static int maps_code(void)
{
    return refused((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static void what_a_decoder_has_no_use_for_fails(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int (*inside)(void);
    } calls[] = {
        { "open", opens },
        { "stat", looks },
        { "socket", connects },
        { "fork", forks },
        { "execve", executes },
        { "ptrace", traces },
        { "kill", kills_parent },
        { "write", writes },
        { "sendmsg elsewhere", talks_elsewhere },
        { "mmap of code", maps_code },
        { "a higher limit of memory", raises_memory },
        { "a higher limit of time", raises_time },
#if !SANITIZED
        { "mmap of 8 GiB", maps_much },
#endif
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        int status = in_sandbox(calls[i].inside);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail_msg("%s: wait status %#x", calls[i].what, (unsigned)status);
    }
    (void)maps_much;
}

static int aborts(void)
{
    abort();
}

static void a_failed_check_still_ends_the_process_as_it_should(void **state)
{
    (void)state;
    int status = in_sandbox(aborts);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* The job's seconds, made one: the next are not waited for. */
static int works_too_long(void)
{
    setrlimit(RLIMIT_CPU, &(struct rlimit){ 1, SANDBOX_LIFE_SECONDS });
    for (volatile bool going = true; going;)
        ;
    return 0;
}

static void more_time_ends_the_process(void **state)
{
    (void)state;
    int status = in_sandbox(works_too_long);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGXCPU);
}

/* ---- what it has a use for ---- */

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
        struct buffer bytes =
            made_encoded((struct encoded){ formats[i], i == 7 ? 8000 : 48000, 1, 440, "title" });
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

static void every_codec_is_analysed_inside(void **state)
{
    (void)state;
    pid_t child = fork();
    int status = 0;
    if (child == 0)
        _exit(analyses_all());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_decoder_has_no_use_for_fails),
        cmocka_unit_test(more_time_ends_the_process),
        cmocka_unit_test(a_failed_check_still_ends_the_process_as_it_should),
        cmocka_unit_test(every_codec_is_analysed_inside),
    };
    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
