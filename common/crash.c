#include "common/crash.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file_write.h"
#include "common/sanitizer.h"
#include "common/text.h"

enum { FRAMES = 64, STACK_BYTES = 65536, LINE_BYTES = 512 };

/* A signal handler can reach only static data: the exception to "no globals". */
static struct {
    char start[PATH_MAX]; /* start of the record's path: "DATA/crash/SERVICE-PID-" */
    char service[32];
    char in_hand[CRASH_NOTE_SIZE];
    void (*_Atomic before_end[CRASH_CALLS])(void); /* NULL: no call */
    atomic_flag taken;                             /* one thread writes, the others wait for the end */
    uint8_t stack[STACK_BYTES];
} state = { .taken = ATOMIC_FLAG_INIT };

static const struct {
    int number;
    const char *name;
} fatal[] = {
    { SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" }, { SIGFPE, "SIGFPE" }, { SIGILL, "SIGILL" }, { SIGABRT, "SIGABRT" },
};

enum { FATALS = sizeof(fatal) / sizeof(*fatal) };

/* ---- within the handler: only async-signal-safe calls ---- */

struct record_line {
    size_t len;
    char text[LINE_BYTES];
};

static void add_text(struct record_line *line, const char *text)
{
    while (*text && line->len < sizeof(line->text) - 1)
        line->text[line->len++] = *text++;
    line->text[line->len] = '\0';
}

/* A path may contain any byte, a line feed too: it must not begin another line of the record. */
static void add_note(struct record_line *line, const char *note)
{
    size_t start = line->len;

    add_text(line, note);
    for (size_t i = start; i < line->len; i++)
        if ((unsigned char)line->text[i] < 0x20)
            line->text[i] = '?';
}

static void add_digits(struct record_line *line, uint64_t number, unsigned base)
{
    char digits[24];
    int at = sizeof(digits) - 1;

    digits[at] = '\0';
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    add_text(line, digits + at);
}

static const char *signal_name(int number)
{
    for (unsigned i = 0; i < FATALS; i++)
        if (fatal[i].number == number)
            return fatal[i].name;
    return "?";
}

/* The cause of death: a signal, or (`info` is NULL) a failed allocation of `needed` bytes. */
struct cause {
    int signal;
    const siginfo_t *info;
    size_t needed;
};

static void describe_cause(struct record_line *line, const struct cause *cause)
{
    if (!cause->info) {
        add_text(line, "cause: " CRASH_NO_MEMORY "\nneeded: ");
        add_digits(line, cause->needed, 10);
        add_text(line, " bytes");
        return;
    }
    add_text(line, "signal: ");
    add_digits(line, (uint64_t)cause->signal, 10);
    add_text(line, " (");
    add_text(line, signal_name(cause->signal));
    add_text(line, ")\naddress: 0x");
    add_digits(line, cause->info->si_code > 0 ? (uint64_t)(uintptr_t)cause->info->si_addr : 0, 16);
}

static void describe_death(struct record_line *line, const struct cause *cause, int64_t seconds)
{
    add_text(line, "service: ");
    add_text(line, state.service);
    add_text(line, "\npid: ");
    add_digits(line, (uint64_t)getpid(), 10);
    add_text(line, "\nat: ");
    add_digits(line, (uint64_t)seconds, 10);
    add_text(line, "\n");
    describe_cause(line, cause);
    add_text(line, "\nin hand: ");
    add_note(line, state.in_hand);
    add_text(line, "\n");
}

static void write_crash_record(const struct cause *cause)
{
    struct record_line path = { 0 }, text = { 0 };
    int64_t seconds = clock_now() / 1000000;
    void *frames[FRAMES];
    char name[PATH_MAX + 32];
    size_t len = strlen(state.start);
    int fd;

    add_digits(&path, (uint64_t)seconds, 10);
    add_text(&path, ".txt");
    memcpy(name, state.start, len);
    memcpy(name + len, path.text, path.len + 1);
    fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    describe_death(&text, cause, seconds);
    (void)file_write_fd(fd, text.text, text.len);
    (void)file_write_fd(fd, "backtrace:\n", 11);
    backtrace_symbols_fd(frames, backtrace(frames, FRAMES), fd);
    close(fd);
}

/* True if this process raised the signal; abort() sends it to its own thread. */
static bool is_own(const siginfo_t *info)
{
    return info->si_code > 0 || (info->si_code == SI_TKILL && info->si_pid == getpid());
}

static void let_one_thread_in(void)
{
    if (atomic_flag_test_and_set(&state.taken))
        for (;;)
            pause();
}

static void call_before_end(void)
{
    for (int i = 0; i < CRASH_CALLS; i++) {
        void (*call)(void) = atomic_load(&state.before_end[i]);
        if (call)
            call();
    }
}

static void on_fatal(int number, siginfo_t *info, void *context)
{
    (void)context;
    let_one_thread_in();
    write_crash_record(&(struct cause){ .signal = number, .info = info });
    if (is_own(info))
        call_before_end();
    signal(number, SIG_DFL);
    raise(number);
}

void crash_no_memory(size_t size)
{
    static const char words[] = "no memory is left; close other programs\n";

    let_one_thread_in();
    if (state.start[0])
        write_crash_record(&(struct cause){ .needed = size });
    else
        (void)file_write_fd(STDERR_FILENO, words, sizeof(words) - 1);
    call_before_end();
    _exit(CRASH_EXIT_NO_MEMORY);
}

/* ---- set-up ---- */

enum err crash_install(const char directory[CRASH_DIRECTORY_SIZE], const char *service, struct fault *fault)
{
    struct sigaction action = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    stack_t stack = { .ss_sp = state.stack, .ss_size = sizeof(state.stack) };
    void *frame[1];

    (void)snprintf(state.service, sizeof(state.service), "%s", service);
    (void)snprintf(state.start, sizeof(state.start), "%s/%s-%d-", directory, state.service, (int)getpid());
    (void)backtrace(frame, 1); /* the first call loads a library, which the handler could not */
    if (SANITIZED)
        return ERR_OK;
    if (sigaltstack(&stack, NULL) != 0)
        return fault_errno(fault, ERR_IO, errno, "cannot set the signal stack");
    for (unsigned i = 0; i < FATALS; i++)
        sigaction(fatal[i].number, &action, NULL);
    return ERR_OK;
}

void crash_uninstall(void)
{
    state.start[0] = '\0';
    for (unsigned i = 0; i < FATALS; i++)
        signal(fatal[i].number, SIG_DFL);
}

void crash_before_end(void (*call)(void))
{
    for (int i = 0; i < CRASH_CALLS; i++) {
        void (*there)(void) = NULL;
        if (atomic_compare_exchange_strong(&state.before_end[i], &there, call) || there == call)
            return;
    }
}

void crash_in_hand(const char *text)
{
    (void)text_copy(state.in_hand, sizeof(state.in_hand), text_of(text));
}
