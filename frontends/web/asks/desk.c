#include "frontends/web/asks/desk.h"

enum { THREADS = 2, LOOK_US = 1000000 };

static void open_mail(void *state, int fd)
{
    (void)fd;
    mailbox_open(((struct desk *)state)->mailbox);
}

static void look_at_errands(void *state)
{
    errands_look(((struct desk *)state)->errands);
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
    service_every(service, LOOK_US, look_at_errands, desk);
    return ERR_OK;
}

void desk_close(struct desk *desk)
{
    if (!desk->errands || errands_end(desk->errands))
        mailbox_free(desk->mailbox);
}
