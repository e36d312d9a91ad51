#include "services/composer/listening.h"

#include "common/process/log.h"

static const usec_t first_pause_us = 2000000, longest_pause_us = 300 * 1000000LL;

static void lose_listener(struct composer *c, bool was_listening)
{
    usec_t now = clock_steady(), pause = was_listening || !c->news_pause ? first_pause_us : 2 * c->news_pause;

    c->news_pause = pause < longest_pause_us ? pause : longest_pause_us;
    c->news_next = now + c->news_pause;
    if (c->next > c->news_next)
        c->next = c->news_next;
}

static void read_news(void *state, int fd)
{
    struct composer *c = state;
    bool was_listening = c->news.is_listening;

    switch (news_turn(&c->news)) {
    case NEWS_ROUND:
        c->is_due = true;
        break;
    case NEWS_LOST:
        service_unwatch(c->service, fd);
        lose_listener(c, was_listening);
        break;
    case NEWS_NONE:
        break;
    }
}

void listening_begin(struct composer *c)
{
    struct fault fault = { 0 };

    if (c->news.apart.pid || clock_steady() < c->news_next)
        return;
    if (news_begin(&c->news, c->server, &fault) != ERR_OK ||
        service_watch(c->service, c->news.apart.from, read_news, c) != ERR_OK) {
        news_end(&c->news);
        lose_listener(c, false);
        log_warn("cannot listen to the community's server: exchanges come every five minutes");
    }
}

void listening_end(struct composer *c)
{
    if (c->news.apart.pid)
        service_unwatch(c->service, c->news.apart.from);
    news_end(&c->news);
}
