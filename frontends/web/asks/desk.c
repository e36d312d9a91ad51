#include "frontends/web/asks/desk.h"

enum { THREADS = 2, BASKET_THREADS = 1, LOOK_US = 1000000 };

static void open_mail(void *state, int fd)
{
    (void)fd;
    mailbox_open(((struct desk *)state)->mailbox);
}

static void look_at_errands(void *state)
{
    struct desk *desk = state;

    errands_look(desk->errands);
    errands_look(desk->basket);
}

enum err desk_open(struct desk *desk, struct service *service, struct fault *fault)
{
    enum err e;

    *desk = (struct desk){ .service = service, .paths = service_paths(service) };
    e = mailbox_new(&desk->mailbox, fault);
    if (e == ERR_OK)
        e = service_watch(service, mailbox_fd(desk->mailbox), open_mail, desk);
    if (e != ERR_OK)
        return e;
    desk->errands = errands_new(desk->mailbox, THREADS);
    desk->basket = errands_new(desk->mailbox, BASKET_THREADS);
    service_every(service, LOOK_US, look_at_errands, desk);
    return ERR_OK;
}

void desk_close(struct desk *desk)
{
    bool ended = !desk->errands || errands_end(desk->errands);

    if ((!desk->basket || errands_end(desk->basket)) && ended)
        mailbox_free(desk->mailbox);
}
