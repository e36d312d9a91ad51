/* The sentence for the sender of a queued pattern: answer, event and state of the transport come in any order. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frontends/osc/announce.h"
#include "tests/unit/claim.h"

#define FIXTURE_CLAIM(name) CLAIM_WITH(name, make_fixture, free_fixture)

/* The service sends to a socket of the test. */
struct fixture {
    struct osc osc;
    int socket;
    struct sockaddr_in from;
    char message[256]; /* the last one */
};

static int bind_socket(struct sockaddr_in *to)
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof(*to);

    *to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_int_equal(bind(fd, (const struct sockaddr *)to, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)to, &size), 0);
    return fd;
}

static int make_fixture(void **state)
{
    static struct fixture fixture;
    struct sockaddr_in own;

    memset(&fixture, 0, sizeof(fixture));
    fixture.osc.socket = bind_socket(&own);
    fixture.socket = bind_socket(&fixture.from);
    *state = &fixture;
    return 0;
}

static int free_fixture(void **state)
{
    struct fixture *fixture = *state;

    close(fixture->osc.socket);
    close(fixture->socket);
    return 0;
}

static void expect_pattern(struct fixture *fixture, uint64_t number, int64_t bar)
{
    const struct slot_said said = { .has_pattern = true, .pattern = number, .has_bar = true, .bar = bar };

    announce_expect(&fixture->osc, &fixture->from, &said);
}

static void begin_pattern(struct fixture *fixture, uint64_t number, int64_t bar)
{
    announce_began(&fixture->osc, &(struct audio_pattern_began){ .number = number, .bar = bar });
}

static void assert_nothing(struct fixture *fixture)
{
    assert_true(recv(fixture->socket, fixture->message, sizeof(fixture->message), MSG_DONTWAIT) < 0);
}

/* Exactly one message with this sentence has arrived. */
static void assert_said(struct fixture *fixture, const char *sentence)
{
    const ssize_t len = recv(fixture->socket, fixture->message, sizeof(fixture->message), 0);

    assert_true(len > 0 && memmem(fixture->message, (size_t)len, sentence, strlen(sentence) + 1));
    assert_nothing(fixture);
}

FIXTURE_CLAIM(the_event_after_the_answer)
{
    expect_pattern(*state, 5, 12);
    announce_playing(&((struct fixture *)*state)->osc, 4);
    assert_nothing(*state);
    begin_pattern(*state, 5, 13);
    assert_said(*state, "[SEQ] Pattern loaded at bar 13");
}

FIXTURE_CLAIM(the_event_before_the_answer)
{
    begin_pattern(*state, 5, 12);
    announce_playing(&((struct fixture *)*state)->osc, 5);
    expect_pattern(*state, 5, 12);
    assert_said(*state, "[SEQ] Pattern loaded at bar 12");
}

FIXTURE_CLAIM(a_lost_event)
{
    struct fixture *fixture = *state;

    expect_pattern(fixture, 5, 12);
    announce_playing(&fixture->osc, 5);
    assert_said(fixture, "[SEQ] Pattern loaded at bar 12");
    begin_pattern(fixture, 5, 12); /* it was late */
    assert_nothing(fixture);
    announce_playing(&fixture->osc, 6);
    expect_pattern(fixture, 6, 14);
    assert_said(fixture, "[SEQ] Pattern loaded at bar 14");
}

FIXTURE_CLAIM(a_replaced_pattern_is_not_announced)
{
    struct fixture *fixture = *state;

    expect_pattern(fixture, 5, 12);
    begin_pattern(fixture, 6, 12);
    expect_pattern(fixture, 4, 11);
    assert_nothing(fixture);
    assert_int_equal(fixture->osc.expected_count, 0);
}
