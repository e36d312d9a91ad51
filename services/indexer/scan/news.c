#include "services/indexer/scan/news.h"

#include <stdlib.h>
#include <string.h>

static void free_news(struct news *news)
{
    for (struct watched *next; news->watched; news->watched = next) {
        next = news->watched->next;
        free(news->watched);
    }
    work_queue_clear(&news->work);
    free(news);
}

static void open_news(struct mail *mail)
{
    struct news *news = (struct news *)mail;

    news->heard(news->state, news);
    free_news(news);
}

static void drop_mail(struct mail *mail)
{
    free_news((struct news *)mail);
}

struct news *news_new(struct id library, void (*heard)(void *state, struct news *news), void *state)
{
    struct news *news = calloc(1, sizeof(*news));

    if (news)
        *news = (struct news){
            .mail = { .open = open_news, .drop = drop_mail }, .heard = heard, .state = state, .library = library
        };
    return news;
}

bool news_watched(struct news *news, int wd, const char *path)
{
    size_t len = strlen(path);
    struct watched *watched = malloc(sizeof(*watched) + len + 1);

    if (!watched)
        return false;
    watched->wd = wd;
    memcpy(watched->path, path, len + 1);
    watched->next = news->watched;
    news->watched = watched;
    return true;
}

bool news_is_empty(const struct news *news)
{
    return !news->work.first && !news->watched && news->files == 0 && !news->watches_full;
}

void news_send(struct news *news, struct mailbox *mailbox)
{
    if (mailbox)
        mailbox_put(mailbox, &news->mail);
    else
        free_news(news);
}
