#include "proto/transport/pipe.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LENGTH_SIZE = 4, CHUNK = 64 << 10 };

void pipe_open(struct pipe *pipe, int fd)
{
    *pipe = (struct pipe){ .fd = fd, .passed = -1 };
    pipe->body.limit = pipe->out.limit = PIPE_MESSAGE_MAX + CHUNK;
}

static void close_once(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void pipe_close(struct pipe *pipe)
{
    close_once(&pipe->passed);
    close_once(&pipe->fd);
    buffer_free(&pipe->body);
    buffer_free(&pipe->out);
}

/* ---- sending ---- */

union control {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(int))];
};

static void attach_descriptor(struct msghdr *message, union control *control, int passed)
{
    memset(control, 0, sizeof(*control));
    message->msg_control = control->room;
    message->msg_controllen = sizeof(control->room);
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &passed, sizeof(int));
}

static enum err failed_to(const char *what, struct fault *fault)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return fault_set(fault, ERR_BUSY, "the pipe has no room or nothing to read");
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
        return fault_set(fault, ERR_OFFLINE, "the other end of the pipe is gone");
    return fault_errno(fault, ERR_IO, errno, "cannot %s the pipe", what);
}

/* Uses send() if there is no descriptor, because a worker's sandbox permits no other call (services/worker). */
static ssize_t send_part(int fd, const uint8_t *at, size_t len, int passed)
{
    struct iovec part = { .iov_base = (void *)(uintptr_t)at, .iov_len = len };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    union control control;

    if (passed < 0)
        return send(fd, at, len, MSG_NOSIGNAL);
    attach_descriptor(&message, &control, passed);
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static enum err send_all(int fd, const uint8_t *at, size_t len, int passed, struct fault *fault)
{
    while (len > 0) {
        ssize_t sent = send_part(fd, at, len, passed);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return failed_to("write to", fault);
        passed = -1;
        at += sent;
        len -= (size_t)sent;
    }
    return ERR_OK;
}

enum err pipe_send(struct pipe *pipe, const struct shape *shape, const void *value, int passed, struct fault *fault)
{
    struct buffer *out = &pipe->out;

    buffer_reset(out);
    buffer_add(out, (const uint8_t[LENGTH_SIZE]){ 0 }, LENGTH_SIZE);
    enum err e = codec_encode(shape, value, out, fault);
    if (e != ERR_OK)
        return e;
    if (out->failed || out->len - LENGTH_SIZE > PIPE_MESSAGE_MAX)
        return fault_set(fault, ERR_TOO_LARGE, "the message has more than %d bytes", PIPE_MESSAGE_MAX);
    size_t body = out->len - LENGTH_SIZE;
    for (int i = 0; i < LENGTH_SIZE; i++)
        out->at[i] = (uint8_t)(body >> 8 * i);
    return send_all(pipe->fd, out->at, out->len, passed, fault);
}

/* ---- receiving ---- */

/* Keeps the first descriptor of a message; closes any other. */
static void keep_passed(struct pipe *pipe, struct msghdr *message)
{
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof(int));
            if (pipe->passed < 0)
                pipe->passed = fd;
            else
                close_once(&fd);
        }
    }
}

/* Reads once, at most `len` bytes, never beyond the end of the current message. */
static enum err receive_bytes(struct pipe *pipe, enum pipe_wait wait, void *to, size_t len, size_t *taken,
                              struct fault *fault)
{
    union control control;
    struct iovec part = { .iov_base = to, .iov_len = len };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room)
    };
    ssize_t got;

    do
        got = recvmsg(pipe->fd, &message, MSG_CMSG_CLOEXEC | (wait == PIPE_NOW ? MSG_DONTWAIT : 0));
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return failed_to("read from", fault);
    keep_passed(pipe, &message);
    if (got == 0)
        return fault_set(fault, ERR_OFFLINE, "the other end of the pipe is closed");
    *taken = (size_t)got;
    pipe->have += *taken;
    return ERR_OK;
}

static size_t announced_length(const struct pipe *pipe)
{
    size_t body = 0;

    for (int i = 0; i < LENGTH_SIZE; i++)
        body |= (size_t)pipe->length[i] << 8 * i;
    return body;
}

static enum err take_length(struct pipe *pipe, enum pipe_wait wait, struct fault *fault)
{
    enum err e = ERR_OK;
    size_t taken;

    while (e == ERR_OK && pipe->have < LENGTH_SIZE)
        e = receive_bytes(pipe, wait, pipe->length + pipe->have, LENGTH_SIZE - pipe->have, &taken, fault);
    if (e == ERR_OK && announced_length(pipe) > PIPE_MESSAGE_MAX)
        e = fault_set(fault, ERR_TOO_LARGE, "the other end announces a message of %zu bytes: at most %d are allowed",
                      announced_length(pipe), PIPE_MESSAGE_MAX);
    return e;
}

static enum err take_body(struct pipe *pipe, enum pipe_wait wait, struct fault *fault)
{
    uint8_t chunk[CHUNK];

    while (pipe->body.len < announced_length(pipe)) {
        size_t left = announced_length(pipe) - pipe->body.len, taken;
        enum err e = receive_bytes(pipe, wait, chunk, left < CHUNK ? left : CHUNK, &taken, fault);
        if (e != ERR_OK)
            return e;
        buffer_add(&pipe->body, chunk, taken);
    }
    return ERR_OK;
}

enum err pipe_receive(struct pipe *pipe, enum pipe_wait wait, const struct shape *shape, struct arena *arena,
                      void *value, int *passed, struct fault *fault)
{
    if (pipe->have == 0)
        buffer_reset(&pipe->body);
    enum err e = take_length(pipe, wait, fault);
    if (e == ERR_OK)
        e = take_body(pipe, wait, fault);
    if (e != ERR_OK)
        return e;
    pipe->have = 0;
    e = codec_decode(shape, buffer_bytes(&pipe->body), arena, value, fault);
    if (e != ERR_OK)
        return e;
    if (passed)
        *passed = pipe->passed;
    else
        close_once(&pipe->passed);
    pipe->passed = -1;
    return ERR_OK;
}
