#include "services/composer/link/news.h"

#include <errno.h>
#include <unistd.h>

#include "services/composer/link/door.h"

static const char word_of_begin = 'b', word_of_round = 'r';

static int listen_for_rounds(void *state, int to)
{
    const struct news *news = state;
    struct fault fault = { 0 };
    struct server_link *link = NULL;
    bool goes_on = link_open(news->server, &link, &fault) == ERR_OK &&
                   link_listen(link, "composer_round", &fault) == ERR_OK && apart_write(to, &word_of_begin, 1);

    while (goes_on)
        goes_on = link_wait(link) && apart_write(to, &word_of_round, 1);
    link_close(link);
    return 1;
}

enum err news_begin(struct news *news, const char *server, struct fault *fault)
{
    news->server = server;
    news->is_listening = false;
    return apart_begin(&news->apart, listen_for_rounds, news, fault);
}

enum news_word news_turn(struct news *news)
{
    enum news_word word = NEWS_NONE;
    char said;
    ssize_t got = 0;

    if (!news->apart.pid)
        return NEWS_LOST;
    while ((got = read(news->apart.from, &said, 1)) == 1) {
        news->is_listening = true;
        word = said == word_of_round ? NEWS_ROUND : word;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        news_end(news);
        return NEWS_LOST;
    }
    return word;
}

void news_end(struct news *news)
{
    apart_end(&news->apart);
    news->is_listening = false;
}
