/* Any bytes from a worker, or from its parent, in any pieces: complete messages or an error, and no descriptor is left
 * open. */
#include "proto/transport/pipe.h"

#include <sys/socket.h>
#include <unistd.h>

#include "schema_worker.h"
#include "tests/fuzz/fuzz.h"

static int next_descriptor(void)
{
    int fd = dup(STDOUT_FILENO);

    holds(fd >= 0);
    close(fd);
    return fd;
}

/* The next piece: its length in one byte; the highest bit of it sends a descriptor with the piece. */
static void send_piece(struct fuzz_input *input, int fd)
{
    struct bytes head = fuzz_take(input, 1), piece = fuzz_take(input, head.len ? (head.at[0] & 127) + 1u : 0);
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec part = { (void *)(uintptr_t)piece.at, piece.len };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

    if (piece.len && head.at[0] & 128) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof(control.room);
        *CMSG_FIRSTHDR(&message) = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
        *(int *)(void *)CMSG_DATA(CMSG_FIRSTHDR(&message)) = fd;
    }
    holds(piece.len == 0 || sendmsg(fd, &message, MSG_NOSIGNAL) >= 0);
}

static enum err receive_message(struct pipe *pipe, bool as_parent)
{
    struct arena arena = { 0 };
    struct result result = { 0 };
    struct job job = { 0 };
    struct fault fault = { 0 };
    int passed = -1;
    enum err e = as_parent ? pipe_receive(pipe, PIPE_NOW, &result_shape, &arena, &result, NULL, &fault)
                           : pipe_receive(pipe, PIPE_NOW, &job_shape, &arena, &job, &passed, &fault);

    if (passed >= 0)
        close(passed);
    arena_free(&arena);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    bool as_parent = fuzz_take(&input, 1).len && bytes[0] & 1;
    int first = next_descriptor(), ends[2];
    struct pipe pipe;
    enum err e = ERR_OK;

    holds(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    pipe_open(&pipe, ends[0]);
    while (input.left && (e == ERR_OK || e == ERR_BUSY)) {
        send_piece(&input, ends[1]);
        while ((e = receive_message(&pipe, as_parent)) == ERR_OK)
            ;
    }
    pipe_close(&pipe);
    close(ends[1]);
    holds(next_descriptor() == first);
    return 0;
}
