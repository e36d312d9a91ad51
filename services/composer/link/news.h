/* news.h: a process that listens to the notifications of the server, which come after each round. It holds one
 * connection. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_NEWS_H
#define LOOPHOLE_COMPOSER_NEWS_H

#include "services/composer/link/apart.h"

struct news {
    struct apart_process apart; /* pid 0: nothing listens */
    const char *server;
    bool is_listening; /* the server has accepted it */
};

enum news_word { NEWS_NONE, NEWS_ROUND, NEWS_LOST };

/* Begins to listen; `server` must outlive it. Errors: those of apart_begin. */
enum err news_begin(struct news *news, const char *server, struct fault *fault);

/* What happened since the last call; lost: the connection broke, or was refused, and nothing listens any more. */
enum news_word news_turn(struct news *news);
void news_end(struct news *news);

#endif
