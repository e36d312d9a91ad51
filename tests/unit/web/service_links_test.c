#include "frontends/web/service_links.h"
#include "proto/wire/frame.h"
#include "tests/unit/claim.h"
#include "tests/unit/proto/stand_in.h"

enum { PAUSE_US = 50000 };

struct arrivals {
    int answers;
    bool is_connected;
};

static void count_answer(void *state, uint64_t sender, struct text service, struct bytes frame)
{
    (void)sender, (void)service, (void)frame;
    ((struct arrivals *)state)->answers++;
}

static void skip_event(void *state, struct text topic, struct bytes frame)
{
    (void)state, (void)topic, (void)frame;
}

static void note_service(void *state, struct text service)
{
    ((struct arrivals *)state)->is_connected |= text_is(service, "search");
}

static void wait_for_message(const struct service_links *links)
{
    int fds[2 * SERVICE_LINKS_MOST + 1];
    struct pollfd at[2 * SERVICE_LINKS_MOST + 1];
    uint32_t count = service_links_wait_for(links, fds, 2 * SERVICE_LINKS_MOST + 1);

    for (uint32_t i = 0; i < count; i++)
        at[i] = (struct pollfd){ fds[i], POLLIN, 0 };
    assert_true(poll(at, count, PATIENCE_MS) > 0);
}

static void send_word(struct service_links *links, const char *word)
{
    const struct search_query request = { .query = text_of(word) };
    struct ask_frame frame = { .name = TEXT("search.query"), .request = id_new(), .budget_ms = PATIENCE_MS };
    struct buffer body = { 0 }, to = { 0 };

    assert_int_equal(codec_encode(&search_query_shape, &request, &body, NULL), ERR_OK);
    frame.body = buffer_bytes(&body);
    frame_write_ask(&to, &frame);
    assert_int_equal(service_links_send(links, TEXT("search"), 1, buffer_bytes(&to), NULL), ERR_OK);
    buffer_free(&body);
    buffer_free(&to);
}

CLAIM_WITH(an_answer_whose_signal_a_sending_took_is_delivered_before_the_next_wait, engine_set_up, engine_tear_down)
{
    struct engine *engine = *state;
    struct arrivals arrivals = { 0 };
    const struct service_links_events events = { count_answer, skip_event, note_service, &arrivals };
    struct service_links *links;

    engine_run(engine, 0, stand_in_serve, "search.ping");
    assert_int_equal(service_links_new(&engine->paths, &events, &links, NULL), ERR_OK);
    while (!arrivals.is_connected) {
        service_links_read(links);
        if (!arrivals.is_connected)
            wait_for_message(links);
    }
    kill(engine->pids[0], SIGSTOP);
    send_word(links, "now");
    service_links_read(links);
    kill(engine->pids[0], SIGCONT);
    wait_for_message(links);
    clock_sleep(PAUSE_US); /* after it ZeroMQ looks for messages during the next sending */
    send_word(links, "never");
    service_links_settle(links);
    assert_int_equal(arrivals.answers, 1);
    service_links_free(links);
}
