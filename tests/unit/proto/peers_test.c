/* The bounds of proto/peers depend on calls of ZeroMQ that come to it instead of to the C library. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/sanitizer.h"
#include "proto/peers/table.h"
#include "proto/transport/sockets.h"
#include "tests/unit/claim.h"

enum { PATIENCE_US = 60000000 };

struct pair {
    char folder[32], address[64];
    struct sockets *sockets;
    struct socket *service, *client;
    struct received received;
};

static int set_up(void **state)
{
    struct pair *pair = calloc(1, sizeof(*pair));

    strcpy(pair->folder, "/tmp/loophole-peers.XXXXXX");
    assert_non_null(mkdtemp(pair->folder));
    snprintf(pair->address, sizeof(pair->address), "ipc://%s/persist.ask", pair->folder);
    pair->sockets = sockets_new(NULL);
    assert_int_equal(sockets_open(pair->sockets, SOCKET_ASK, pair->address, &pair->service, NULL), ERR_OK);
    assert_int_equal(sockets_open(pair->sockets, SOCKET_CLIENT, pair->address, &pair->client, NULL), ERR_OK);
    *state = pair;
    return 0;
}

static int tear_down(void **state)
{
    struct pair *pair = *state;

    sockets_drop(&pair->received);
    sockets_free(pair->sockets);
    unlink(pair->address + strlen("ipc://"));
    rmdir(pair->folder);
    free(pair);
    return 0;
}

#define PAIR_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

static void send_from_client(struct pair *pair, const void *at, size_t len)
{
    usec_t end = clock_steady() + PATIENCE_US;

    while (sockets_send(pair->client, NULL, bytes_of(at, (uint32_t)len)) != ERR_OK)
        assert_true(clock_steady() < end);
}

static void receive_one(struct pair *pair, struct socket *socket)
{
    usec_t end = clock_steady() + PATIENCE_US;

    sockets_drop(&pair->received);
    while (sockets_receive(socket, &pair->received) != ERR_OK)
        assert_true(clock_steady() < end);
}

#if !SANITIZED
static void ask_much_of(const struct pair *pair)
{
    static uint8_t bytes[100000];
    struct pair own = { 0 };

    own.sockets = sockets_new(NULL);
    if (sockets_open(own.sockets, SOCKET_CLIENT, pair->address, &own.client, NULL) != ERR_OK)
        _exit(1);
    for (int i = 0; i < 100; i++)
        while (sockets_send(own.client, NULL, bytes_of(bytes, sizeof(bytes))) != ERR_OK) {
            sockets_follow(own.client); /* the service may begin later */
            usleep(1000);
        }
    pause();
}

static void use_up_memory(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = 64 << 20;
    setrlimit(RLIMIT_DATA, &limit);
    for (size_t size = 1 << 20; size > 0; size /= 2)
        while (malloc(size))
            ;
}

/* In a process of its own, which may run out of memory. */
static int serve_without_memory(struct pair *pair)
{
    usec_t end = clock_steady() + PATIENCE_US;
    int received = 0;

    use_up_memory();
    while (received < 100 && clock_steady() < end) {
        if (sockets_receive(pair->service, &pair->received) != ERR_OK)
            continue;
        received++;
        (void)sockets_send(pair->service, &pair->received.route, bytes_of("answer", 6));
        sockets_drop(&pair->received);
    }
    return received == 100 ? 0 : 1;
}

/* The first claim, because it forks: later there are threads. */
CLAIM(without_memory_messages_still_come_in)
{
    struct pair pair = { .address = "" };
    pid_t client, service;
    int status = 0;

    snprintf(pair.address, sizeof(pair.address), "ipc:///tmp/loophole-peers.%d", (int)getpid());
    service = fork();
    if (service == 0) {
        pair.sockets = sockets_new(NULL);
        if (sockets_open(pair.sockets, SOCKET_ASK, pair.address, &pair.service, NULL) != ERR_OK)
            _exit(2);
        _exit(serve_without_memory(&pair));
    }
    client = fork();
    if (client == 0)
        ask_much_of(&pair);
    waitpid(service, &status, 0);
    kill(client, SIGKILL);
    waitpid(client, NULL, 0);
    unlink(pair.address + strlen("ipc://"));
    assert_int_equal(status, 0);
}

/* The least room that a service has for frames, as with data_mb = 128. */
static void set_data_limit(rlim_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_DATA, &limit), 0);
    peers_share_look();
}

/* A connection by hand, after its handshake, that sends the head of a frame of this size. */
static int announce_bytes(const struct pair *pair, uint64_t bytes)
{
    static const uint8_t greeting[64] = "\xff\0\0\0\0\0\0\0\0\x7f\x03\0NULL",
                         ready[] = "\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06"
                                   "DEALER";
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    uint8_t head[9] = { 2 };

    for (int i = 0; i < 8; i++)
        head[1 + i] = (uint8_t)(bytes >> 8 * (7 - i));
    strncpy(address.sun_path, pair->address + strlen("ipc://"), sizeof(address.sun_path) - 1);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(send(fd, greeting, sizeof(greeting), MSG_NOSIGNAL), sizeof(greeting));
    assert_int_equal(send(fd, ready, sizeof(ready) - 1, MSG_NOSIGNAL), sizeof(ready) - 1);
    assert_int_equal(send(fd, head, sizeof(head), MSG_NOSIGNAL), sizeof(head));
    return fd;
}

/* The frame would wait for more room than there can be, and delay all large frames. */
PAIR_CLAIM(the_head_of_a_frame_that_is_too_large_ends_its_connection)
{
    static uint8_t large[1 << 20];
    struct pair *pair = *state;
    struct rlimit limit;
    int fd;

    getrlimit(RLIMIT_DATA, &limit);
    set_data_limit(128 << 20);
    fd = announce_bytes(pair, (16 << 20) - 9);
    while (recv(fd, large, sizeof(large), 0) > 0) /* the greeting, then the end; a reset counts, too */
        ;
    close(fd);
    send_from_client(pair, large, sizeof(large));
    receive_one(pair, pair->service);
    assert_int_equal(pair->received.body.len, sizeof(large));
    set_data_limit(limit.rlim_cur);
}
#endif

/* This fails if a new version of ZeroMQ accepts, reads, writes or waits with other calls. */
PAIR_CLAIM(zeromq_accepts_reads_writes_and_waits_by_our_calls)
{
    struct pair *pair = *state;

    send_from_client(pair, "ask", 3);
    receive_one(pair, pair->service);
    assert_true(pair->received.route.peer >= 0);
    assert_int_equal(sockets_send(pair->service, &pair->received.route, bytes_of("answer", 6)), ERR_OK);
    receive_one(pair, pair->client);
    assert_int_equal(pair->received.body.len, 6);
    assert_int_equal(peers_reached(), 31);
}

/* The room that the head of a frame takes is returned when its message is dropped. After many messages of any size
 * nothing may stay taken, or the last ones would not arrive. */
PAIR_CLAIM(a_charge_ends_when_its_message_is_dropped)
{
    static uint8_t bytes[6 << 20];
    struct pair *pair = *state;

    for (size_t i = 0; i < 240; i++) {
        size_t len = i % 4 == 0 ? sizeof(bytes) : i % 4 == 1 ? LIMIT_SMALL : i % 4 == 2 ? LIMIT_SMALL + 1 : i;
        memset(bytes, (int)i, len);
        send_from_client(pair, bytes, len);
        receive_one(pair, pair->service);
        assert_int_equal(pair->received.body.len, len);
        assert_memory_equal(pair->received.body.at, bytes, len);
    }
}

/* More than may wait, all of it large: it arrives complete and in order. */
PAIR_CLAIM(large_messages_beyond_the_room_arrive_later)
{
    static uint8_t bytes[4 << 20];
    struct pair *pair = *state;

    for (uint8_t i = 0; i < 100; i++) {
        bytes[0] = bytes[sizeof(bytes) - 1] = i;
        send_from_client(pair, bytes, sizeof(bytes));
    }
    for (uint8_t i = 0; i < 100; i++) {
        receive_one(pair, pair->service);
        assert_int_equal(pair->received.body.len, sizeof(bytes));
        assert_int_equal(pair->received.body.at[0], i);
        assert_int_equal(pair->received.body.at[sizeof(bytes) - 1], i);
    }
}

/* The number of bytes that a connection first receives, as another user: 0 if it is closed at once. */
static ssize_t hears_as(uid_t user, const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    pid_t child = fork();
    int status = 0, fd;
    char byte;

    if (child == 0) {
        strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
        fd = setuid(user) == 0 ? socket(AF_UNIX, SOCK_STREAM, 0) : -1;
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
            _exit(3);
        _exit(read(fd, &byte, 1) > 0 ? 1 : 0);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 3);
    return WEXITSTATUS(status);
}

PAIR_CLAIM(another_user_is_not_let_in)
{
    struct pair *pair = *state;
    const char *path = pair->address + strlen("ipc://");

    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(pair->folder, 0755), 0);
    assert_int_equal(chmod(path, 0777), 0);
    assert_int_equal(hears_as(0, path), 1);
    assert_int_equal(hears_as(65534, path), 0);
}
