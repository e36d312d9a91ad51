/* stand_in: replaces loophole-worker, in its real sandbox and under its real limits. The first line of a file says what
 * it does with the file: "[early ]WORD …", where early is during the first of two jobs, the hash. A file without such a
 * line gets a good answer. Two variables set values that no file can contain:
 *
 *   STAND_IN_ANALYSER=N   the version of the analyser that it reports
 *   STAND_IN_BPM=N        the bpm that it reports for every file */
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/hash.h"
#include "common/process/sandbox.h"
#include "proto/transport/pipe.h"
#include "schema_worker.h"

enum { SOCKET = 3, LINE = 64, MEGABYTE = 1 << 20 };

struct stand_in {
    struct pipe pipe;
    struct job job;
    struct result result; /* the answer of a good worker */
    struct embedding embedding;
    struct hash content;
    struct fact facts[2];
    double block[16];
    uint64_t analyser;
    double bpm;
};

/* ---- it dies, hangs and leaks ---- */

static void do_crash(struct stand_in *s)
{
    (void)s;
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}
static void do_abort(struct stand_in *s)
{
    (void)s;
    abort();
}
static void do_exit(struct stand_in *s)
{
    (void)s;
    _exit(0);
}
static int go_deeper(volatile int *depth)
{
    volatile int here[1024] = { *depth + 1 };
    return *depth < 0 ? 0 : go_deeper(here) + here[1];
}
static void do_overflow(struct stand_in *s)
{
    (void)s;
    go_deeper((volatile int[1]){ 0 });
}
static void do_hang(struct stand_in *s)
{
    (void)s;
    int word = 0;
    for (;;)
        syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
}
static void do_spin(struct stand_in *s)
{
    (void)s;
    for (volatile bool going = true; going;)
        ;
}
static void do_leak(struct stand_in *s)
{
    (void)s;
    for (char *more; (more = malloc(MEGABYTE));)
        memset(more, 1, MEGABYTE);
    abort(); /* as a library does that is out of memory */
}
static void hangs_up(struct stand_in *s)
{
    close(SOCKET);
    do_hang(s);
}

/* ---- it sends invalid answers ---- */

static void write_all(const void *bytes, size_t len)
{
    struct iovec part = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = len };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

    (void)!sendmsg(SOCKET, &message, MSG_NOSIGNAL);
}
static void do_answer(struct stand_in *s)
{
    if (pipe_send(&s->pipe, &result_shape, &s->result, -1, NULL) != ERR_OK)
        _exit(1);
}
static void announces_4_gigabytes(struct stand_in *s)
{
    write_all("\xff\xff\xff\xff\x81", 5);
    do_hang(s);
}
static void announces_nothing(struct stand_in *s)
{
    (void)s;
    write_all("\0\0\0\0", 4);
}
static void do_babble(struct stand_in *s)
{
    uint8_t noise[4 + 1000] = { 1000 & 0xff, 1000 >> 8 };
    (void)s;
    syscall(SYS_getrandom, noise + 4, sizeof(noise) - 4, 0);
    write_all(noise, sizeof(noise));
}
static void do_flood(struct stand_in *s)
{
    for (;;)
        do_babble(s);
}
static void answers_half(struct stand_in *s)
{
    (void)s;
    write_all("\x40\0\0\0\x83\xa6number", 12);
}
static void answers_half_and_hangs(struct stand_in *s)
{
    answers_half(s);
    do_hang(s);
}
static void answers_another_job(struct stand_in *s)
{
    s->result.number += 1000;
    do_answer(s);
}
static void answers_twice(struct stand_in *s)
{
    do_answer(s);
    do_answer(s);
}
static void answers_without_content(struct stand_in *s)
{
    s->result.found.content = (struct bytes){ 0 };
    do_answer(s);
}
static void answers_an_unfit_state(struct stand_in *s)
{
    s->result.found.state.value = ANALYSIS_STATE_QUARANTINED;
    do_answer(s);
}
static void fails_without_a_reason(struct stand_in *s)
{
    s->result.found.state.value = ANALYSIS_STATE_FAILED;
    do_answer(s);
}
static void answers_of_negative_length(struct stand_in *s)
{
    s->result.found.frames = -1;
    do_answer(s);
}
static void answers_a_cut_embedding(struct stand_in *s)
{
    s->result.found.embedding.rhythm.count = 3;
    do_answer(s);
}
/* As a good worker would write it, with NaN instead of a number. */
static void answers_no_number(struct stand_in *s)
{
    static const uint8_t number[] = { 0xcb, 0x40, 0x93, 0x4a, 0, 0, 0, 0, 0 }; /* 1234.5 */
    struct buffer body = { 0 };

    s->facts[0].number = 1234.5;
    if (codec_encode(&result_shape, &s->result, &body, NULL) != ERR_OK)
        _exit(1);
    uint8_t *at = memmem(body.at, body.len, number, sizeof(number));
    if (!at)
        _exit(1);
    memcpy(at + 1, (const uint8_t[]){ 0x7f, 0xf8, 0, 0, 0, 0, 0, 1 }, 8);
    uint32_t len = (uint32_t)body.len;
    write_all((const uint8_t[]){ (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16), (uint8_t)(len >> 24) }, 4);
    write_all(body.at, body.len);
    buffer_free(&body);
}
static void says_that_its_file_changed(struct stand_in *s)
{
    s->result.has_after = true;
    s->result.after = (struct file_times){ .size = 1, .mtime = 1, .changed = 1 };
    do_answer(s);
}
static void speaks_for_a_person(struct stand_in *s)
{
    s->facts[0].source.value = SOURCE_USER;
    do_answer(s);
}

/* ---- it tries to leave the sandbox ---- */

static bool can_open(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0;
}
static bool can_connect(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}
static bool can_fork(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0;
}
static bool can_execute(void)
{
    return execve("/bin/true", (char *[]){ "true", NULL }, (char *[]){ NULL }) == 0;
}
static bool can_trace(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}
static bool can_kill(void)
{
    return kill(getppid(), SIGCONT) == 0;
}
static bool maps_more(void)
{
    size_t size = ((size_t)SANDBOX_MEMORY_MB + 1) << 20;
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}
static bool raises_memory(void)
{
    return setrlimit(RLIMIT_AS, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }) == 0;
}
static bool raises_time(void)
{
    rlim_t more = (rlim_t)SANDBOX_LIFE_SECONDS + 1;
    return setrlimit(RLIMIT_CPU, &(struct rlimit){ more, more }) == 0;
}

static void do_escape(struct stand_in *s)
{
    static const struct {
        const char *what;
        bool (*gets_out)(void);
    } ways[] = {
        { "open", can_open },         { "socket", can_connect },
        { "fork", can_fork },         { "execve", can_execute },
        { "ptrace", can_trace },      { "kill", can_kill },
        { "more memory", maps_more }, { "a higher limit of memory", raises_memory },
        { "more time", raises_time },
    };
    char words[200] = "nothing";
    size_t len = 0;

    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        if (ways[i].gets_out() && len < sizeof(words))
            len += (size_t)snprintf(words + len, sizeof(words) - len, "%s%s", len ? ", " : "", ways[i].what);
    char failure[240];
    snprintf(failure, sizeof(failure), "escaped by %s", words);
    s->result.found.state.value = ANALYSIS_STATE_FAILED;
    s->result.found.failure = text_of(failure);
    do_answer(s);
}

/* ---- the behaviour that a file asks for ---- */

static const struct {
    const char *word;
    void (*act)(struct stand_in *);
} deeds[] = {
    { "crash", do_crash },
    { "abort", do_abort },
    { "exit", do_exit },
    { "overflow", do_overflow },
    { "hang", do_hang },
    { "spin", do_spin },
    { "leak", do_leak },
    { "hangup", hangs_up },
    { "length", announces_4_gigabytes },
    { "empty", announces_nothing },
    { "babble", do_babble },
    { "flood", do_flood },
    { "half", answers_half_and_hangs },
    { "number", answers_another_job },
    { "twice", answers_twice },
    { "content", answers_without_content },
    { "state", answers_an_unfit_state },
    { "reason", fails_without_a_reason },
    { "negative", answers_of_negative_length },
    { "embedding", answers_a_cut_embedding },
    { "nan", answers_no_number },
    { "user", speaks_for_a_person },
    { "changed", says_that_its_file_changed },
    { "escape", do_escape },
};

static void act_on(struct stand_in *s, const char *line)
{
    bool early = strncmp(line, "early ", 6) == 0;
    enum worker_mode when = early ? WORKER_MODE_HASH : WORKER_MODE_ANALYSE;
    size_t len = strcspn(line += early ? 6 : 0, " \n");

    for (size_t i = 0; i < sizeof(deeds) / sizeof(*deeds); i++)
        if (s->job.mode.value == (int32_t)when && strlen(deeds[i].word) == len &&
            strncmp(line, deeds[i].word, len) == 0) {
            deeds[i].act(s);
            return;
        }
    do_answer(s);
}

static struct fact make_fact(const char *attribute, double number, uint64_t version)
{
    return (struct fact){ .attribute = text_of(attribute),
                          .source = { .value = SOURCE_ANALYSIS },
                          .has_number = true,
                          .number = number,
                          .confidence = 1,
                          .version = version,
                          .shown = true };
}

static void hear_well(struct stand_in *s, const char *line, size_t len)
{
    struct analysed *found = &s->result.found;

    s->content = hash_of(line, len);
    s->facts[0] = make_fact("bpm", s->bpm, s->analyser);
    s->facts[1] = make_fact("duration_s", 1, s->analyser);
    s->result = (struct result){ .number = s->job.number, .seconds = 1 };
    *found = (struct analysed){ .state = { .value = ANALYSIS_STATE_WAITING }, .analyser = s->analyser };
    found->content = bytes_of(s->content.b, sizeof(s->content.b));
    if (s->job.mode.value == WORKER_MODE_HASH)
        return;
    found->state.value = ANALYSIS_STATE_DONE;
    found->container = TEXT("wav");
    found->sample_rate = 48000;
    found->channels = 1;
    found->frames = 48000;
    found->facts = (struct fact_list){ 2, s->facts };
    found->has_embedding = true;
    found->embedding = s->embedding;
}

static double read_setting(const char *name, double otherwise)
{
    const char *value = getenv(name);
    return value ? atof(value) : otherwise;
}

int main(void)
{
    struct stand_in s = { .analyser = (uint64_t)read_setting("STAND_IN_ANALYSER", 1),
                          .bpm = read_setting("STAND_IN_BPM", 120) };
    struct arena arena = { 0 };
    int fd;

    s.embedding = (struct embedding){ .spectrum = { 16, s.block },
                                      .timbre = { 16, s.block },
                                      .pitch = { 12, s.block },
                                      .amplitude = { 12, s.block },
                                      .rhythm = { 8, s.block } };
    pipe_open(&s.pipe, SOCKET);
    if (sandbox_enter(SOCKET, NULL) != ERR_OK)
        return 1;
    while (pipe_receive(&s.pipe, PIPE_WAIT, &job_shape, &arena, &s.job, &fd, NULL) == ERR_OK) {
        char line[LINE + 1] = "";
        ssize_t len = fd >= 0 ? pread(fd, line, LINE, 0) : 0;
        sandbox_allow_job();
        hear_well(&s, line, len > 0 ? (size_t)len : 0);
        act_on(&s, line);
        close(fd);
        s.job = (struct job){ 0 };
        arena_reset(&arena);
    }
    _exit(0);
}
