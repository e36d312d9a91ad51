/* service_watch.c: the descriptors that the loop watches, and its timers. */
#include "common/mailbox.h"
#include "common/process/log.h"
#include "proto/service/service_parts.h"

enum err service_watch(struct service *service, int fd, void (*ready)(void *state, int fd), void *state)
{
    if (service->watch_count == LIMIT_WATCHED)
        return ERR_FULL;
    service->watches[service->watch_count++] = (struct descriptor_watch){ fd, true, ready, state };
    return ERR_OK;
}

static void open_mail(void *mailbox, int fd)
{
    (void)fd;
    mailbox_open(mailbox);
}

enum err service_watch_mail(struct service *service, struct mailbox *mailbox)
{
    return service_watch(service, mailbox_fd(mailbox), open_mail, mailbox);
}

void service_unwatch(struct service *service, int fd)
{
    for (uint32_t i = 0; i < service->watch_count; i++)
        if (service->watches[i].fd == fd)
            service->watches[i--] = service->watches[--service->watch_count];
}

void service_every(struct service *service, usec_t period, void (*tick)(void *state), void *state)
{
    struct timer *timer = service->timers, *end = timer + service->timer_count;

    while (timer < end && !(timer->tick == tick && timer->state == state))
        timer++;
    if (timer == end && (period <= 0 || service->timer_count == LIMIT_TIMERS)) {
        if (period > 0)
            log_error("more than %d timers are set", LIMIT_TIMERS);
        return;
    }
    if (period <= 0) {
        *timer = *(end - 1);
        service->timer_count--;
        return;
    }
    service->timer_count += timer == end;
    *timer = (struct timer){ period, clock_steady() + period, tick, state };
}
