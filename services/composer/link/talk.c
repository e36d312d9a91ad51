#include "services/composer/link/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/crash.h"
#include "proto/wire/codec.h"
#include "proto/wire/json.h"
#include "services/composer/link/door.h"

enum { RESULT_MOST = 16 << 20, PIECE = 65536 };

/* What the child writes: this, and the encoded record. */
struct talk_head {
    struct fault fault;
};

/* ---- the child ---- */

static enum err call_exchange(const char *server, const char *call, struct arena *arena, struct buffer *to,
                              struct fault *fault)
{
    struct from_server answer = { 0 };
    struct text value = { 0, NULL };
    struct door *door = NULL;
    enum err e = door_open(server, &door, fault);

    if (e == ERR_OK)
        e = door_call(door, "select composer.exchange($1::text::jsonb)", call, arena, &value, fault);
    door_close(door);
    if (e != ERR_OK)
        return e;
    struct fault why = { 0 };
    e = json_read(&from_server_shape, value, arena, &answer, &why);
    if (e == ERR_OK)
        e = codec_encode(&from_server_shape, &answer, to, &why);
    return e == ERR_OK
               ? e
               : fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: %.60s %.120s", why.field, why.what);
}

static enum err read_count(const char *server, const char *sql, struct arena *arena, uint64_t *to, struct fault *fault)
{
    struct text value = { 0, NULL };
    struct door *door = NULL;
    enum err e = door_open(server, &door, fault);

    if (e == ERR_OK)
        e = door_call(door, sql, NULL, arena, &value, fault);
    door_close(door);
    *to = 0;
    for (uint32_t i = 0; e == ERR_OK && i < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9' || i > 17)
            return fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: expected a count");
        *to = *to * 10 + (uint64_t)(value.at[i] - '0');
    }
    return e;
}

/* What is left is counted over another connection, after the removal was committed. */
static enum err call_forget(const char *server, struct arena *arena, struct buffer *to, struct fault *fault)
{
    struct forgot_there forgot = { 0 };
    enum err e = read_count(server, "select composer.forget()", arena, &forgot.removed, fault);

    if (e == ERR_OK)
        e = read_count(server, "select composer.held()", arena, &forgot.left, fault);
    return e == ERR_OK ? codec_encode(&forgot_there_shape, &forgot, to, fault) : e;
}

static bool write_all(int to, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t wrote = write(to, at, len);
        if (wrote <= 0)
            return false;
        at += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

/* The child keeps only the pipe: no lock and no socket of the service. */
static void be_child(int to, pid_t parent, const char *server, const char *call)
{
    struct talk_head head = { 0 };
    struct arena arena = { 0 };
    struct buffer body = { 0 };
    sigset_t none;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(to, STDERR_FILENO + 1) < 0)
        _exit(1);
    (void)close_range(STDERR_FILENO + 2, ~0U, 0);
    crash_uninstall();
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    head.fault.code = call ? call_exchange(server, call, &arena, &body, &head.fault)
                           : call_forget(server, &arena, &body, &head.fault);
    bool wrote = write_all(STDERR_FILENO + 1, &head, sizeof(head)) &&
                 (head.fault.code != ERR_OK || write_all(STDERR_FILENO + 1, body.at, body.len));
    _exit(wrote ? 0 : 1);
}

/* ---- the service ---- */

/* The loop never waits: a process may hang in the kernel, for example on a file of libpq in a home on a dead share. */
static bool take_dead(struct server_talk *talk)
{
    if (talk->dying && waitpid(talk->dying, NULL, WNOHANG) != 0)
        talk->dying = 0;
    return talk->dying == 0;
}

enum err talk_begin(struct server_talk *talk, const char *server, const char *call, struct fault *fault)
{
    pid_t parent = getpid();
    int ends[2];

    if (!take_dead(talk))
        return fault_set(fault, ERR_BUSY, "the process of an earlier exchange does not end");
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault_errno(fault, ERR_FULL, errno, "cannot make a pipe");
    pid_t pid = fork();
    if (pid == 0)
        be_child(ends[1], parent, server, call);
    close(ends[1]);
    if (pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        close(ends[0]);
        return fault_set(fault, ERR_FULL, "cannot start a process for the exchange");
    }
    buffer_reset(&talk->got);
    talk->got.limit = RESULT_MOST;
    talk->pid = pid;
    talk->from = ends[0];
    talk->deadline = clock_steady() + TALK_PATIENCE_US;
    return ERR_OK;
}

void talk_end(struct server_talk *talk)
{
    if (!talk->pid)
        return;
    (void)kill(talk->pid, SIGKILL);
    talk->dying = talk->pid;
    close(talk->from);
    talk->pid = 0;
    take_dead(talk);
}

bool talk_is_ending(struct server_talk *talk)
{
    return !take_dead(talk) && clock_steady() < talk->deadline;
}

bool talk_turn(struct server_talk *talk)
{
    uint8_t piece[PIECE];
    ssize_t got = 0;

    if (!talk->pid)
        return false;
    while ((got = read(talk->from, piece, sizeof(piece))) > 0 && !talk->got.failed)
        buffer_add(&talk->got, piece, (size_t)got);
    bool has_ended = got == 0 || talk->got.failed || (got < 0 && errno != EAGAIN && errno != EINTR);
    if (!has_ended && clock_steady() < talk->deadline)
        return false;
    talk->is_late = !has_ended;
    talk_end(talk);
    return true;
}

enum err talk_result(struct server_talk *talk, const struct shape *shape, struct arena *arena, void *to,
                     struct fault *fault)
{
    struct talk_head head;

    if (talk->is_late)
        return fault_set(fault, ERR_TIMEOUT, "the server did not answer within %d s", TALK_PATIENCE_US / 1000000);
    if (talk->got.failed || talk->got.len < sizeof(head))
        return fault_set(fault, ERR_OFFLINE,
                         "the process that talks to the server died: the next exchange starts another one");
    memcpy(&head, talk->got.at, sizeof(head));
    if (head.fault.code != ERR_OK) {
        *fault = head.fault;
        return head.fault.code;
    }
    return codec_decode(shape, bytes_of(talk->got.at + sizeof(head), talk->got.len - sizeof(head)), arena, to, fault);
}
