/* news.h: what a scan under way reports to the loop: files to hear, folders that are watched, counts. The mail owns
 * all that it carries, so that the report of a scan that was given up can still be used or dropped. */
#ifndef LOOPHOLE_INDEXER_NEWS_H
#define LOOPHOLE_INDEXER_NEWS_H

#include "common/mailbox.h"
#include "services/indexer/scan/work.h"

/* A folder whose changes inotify reports from now on. */
struct watched {
    struct watched *next;
    int wd;
    char path[];
};

struct news {
    struct mail mail;
    void (*heard)(void *state, struct news *news); /* in the loop; may empty `work` */
    void *state;
    struct id library;
    struct work_queue work;
    struct watched *watched;
    uint64_t files;    /* media files seen since the last news */
    bool watches_full; /* inotify had none left for a folder */
};

struct news *news_new(struct id library, void (*heard)(void *state, struct news *news), void *state);
bool news_watched(struct news *news, int wd, const char *path); /* false: no memory */
bool news_is_empty(const struct news *news);

/* Gives it away. A mailbox of NULL drops it. */
void news_send(struct news *news, struct mailbox *mailbox);

#endif
