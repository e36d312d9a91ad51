#include "frontends/web/asks/own_asks.h"

enum { THREADS = 2, BUNDLE_THREADS = 1, BASKET_THREADS = 1, LOOK_US = 1000000 };

static void look_at_errands(void *state)
{
    struct own_asks *own = state;

    errands_look(own->errands);
    errands_look(own->bundles);
    errands_look(own->basket);
}

enum err own_asks_open(struct own_asks *own, struct service *service, struct fault *fault)
{
    enum err e;

    *own = (struct own_asks){ .service = service, .paths = service_paths(service) };
    e = mailbox_new(&own->mailbox, fault);
    if (e == ERR_OK)
        e = service_watch_mail(service, own->mailbox);
    if (e != ERR_OK)
        return e;
    own->errands = errands_new(own->mailbox, THREADS);
    own->bundles = errands_new(own->mailbox, BUNDLE_THREADS);
    own->basket = errands_new(own->mailbox, BASKET_THREADS);
    service_every(service, LOOK_US, look_at_errands, own);
    return ERR_OK;
}

void own_asks_close(struct own_asks *own)
{
    bool ended = !own->errands || errands_end(own->errands);

    if (own->bundles && !errands_end(own->bundles))
        ended = false;
    if ((!own->basket || errands_end(own->basket)) && ended)
        mailbox_free(own->mailbox);
}
