/* stuck: replaces search. It is ready, and then hangs in the middle of an ask.
 *
 *   search.get        waits for a lock that it has itself
 *   search.complete   runs an endless loop */
#include <pthread.h>

#include "proto/service/service.h"
#include "schema_search.h"

struct search {
    pthread_mutex_t lock;
    volatile bool going;
};

static enum err run_into_deadlock(struct search *s, struct call *call, const struct search_get *ask,
                                  struct media_found *answer)
{
    (void)call, (void)ask, (void)answer;
    pthread_mutex_lock(&s->lock);
    pthread_mutex_lock(&s->lock);
    return ERR_INTERNAL;
}

static enum err spin_for_ever(struct search *s, struct call *call, const struct search_complete *ask,
                              struct completions *answer)
{
    (void)call, (void)ask, (void)answer;
    while (s->going)
        ;
    return ERR_INTERNAL;
}

static const struct search_handlers handlers = { .get = run_into_deadlock, .complete = spin_for_ever };

int main(int argc, char **argv)
{
    struct search state = { .lock = PTHREAD_MUTEX_INITIALIZER, .going = true };
    struct service *service = service_start(argc, argv, &schema_search);

    service_answer(service, &handlers, &state);
    service_ready(service);
    service_loop(service);
    return service_end(service);
}
