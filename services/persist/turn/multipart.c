#include "services/persist/turn/multipart.h"

#include <stdlib.h>
#include <string.h>

#include "services/persist/turn/turn.h"

static const usec_t at_once = 1;

static void take_parts(void *persist);

void multipart_free(struct persist *p, struct multipart *work)
{
    (void)p;
    free(work);
}

/* ---- the queue ---- */

void multipart_queue(struct persist *p, struct multipart *work)
{
    struct multipart **at = &p->multiparts;

    if (!p->multiparts)
        service_every(p->service, at_once, take_parts, p);
    while (*at)
        at = &(*at)->next;
    work->next = NULL;
    *at = work;
}

static void leave_list(struct persist *p, struct multipart *work)
{
    struct multipart **at = &p->multiparts;

    while (*at && *at != work)
        at = &(*at)->next;
    if (*at)
        *at = work->next;
    if (!p->multiparts)
        service_every(p->service, 0, take_parts, p);
}

enum err multipart_begin(struct persist *p, struct call *call, struct multipart *work)
{
    work->request = call_request(call);
    work->digest = call_digest(call);
    (void)text_copy(work->client, sizeof(work->client), call_client(call));
    work->ticket = call_defer(call);
    if (!work->ticket.number) {
        work->drop(p, work);
        return ERR_BUSY;
    }
    multipart_queue(p, work);
    return ERR_OK;
}

uint32_t multipart_count(const struct persist *p)
{
    uint32_t count = 0;

    for (const struct multipart *work = p->multiparts; work; work = work->next)
        count++;
    return count;
}

struct multipart *multipart_of(const struct persist *p, struct id request)
{
    struct multipart *work = p->multiparts;

    while (work && !id_equal(work->request, request))
        work = work->next;
    return work;
}

uint64_t multipart_digest(const struct persist *p, struct id request)
{
    const struct multipart *work = multipart_of(p, request);

    return work ? work->digest : 0;
}

void multipart_forget(struct persist *p, struct multipart *work)
{
    leave_list(p, work);
    work->drop(p, work);
}

void multipart_fail_all(struct persist *p, const struct fault *fault)
{
    while (p->multiparts) {
        struct multipart *work = p->multiparts;
        leave_list(p, work);
        ticket_fail(p->service, work->ticket, fault);
        work->drop(p, work);
    }
}

/* ---- parts ---- */

/* Takes the first work of the queue and appends it again. This may end the open turn; if its commit fails, all work
 * fails. */
static struct multipart *next_multipart(struct persist *p)
{
    struct multipart *work = p->multiparts;
    struct fault fault = { 0 };

    if (turn_continue(p, work->request, &fault) != ERR_OK)
        multipart_fail_all(p, &fault);
    if (p->multiparts != work)
        return NULL;
    leave_list(p, work);
    multipart_queue(p, work);
    return work;
}

static void take_part(struct persist *p, struct multipart *work)
{
    const uint64_t before = service_take_up(p->service, work->request);
    struct fault fault = { 0 };
    bool ended = false;
    enum err e;

    turn_set_change(p, work->revision);
    turn_begin_part(p);
    memcpy(p->client, work->client, sizeof(p->client));
    e = work->part(p, work, &ended, &fault);
    service_lay_down(p->service, before);
    work->revision = p->request_revision;
    if (turn_is_broken(p)) /* turn_end fails the work */
        return;
    if (e != ERR_OK)
        ticket_fail(p->service, work->ticket, &fault);
    if (e != ERR_OK || ended)
        multipart_forget(p, work);
}

/* Work that gave way to an ask waits until that ask's turn is committed. */
static bool has_had_its_part(struct persist *p)
{
    return p->w.txn && p->parts_began && turn_is_over(p);
}

static void take_parts(void *persist)
{
    struct persist *p = persist;
    struct multipart *work;
    uint32_t count = 0;

    if (has_had_its_part(p))
        return;
    for (work = p->multiparts; work; work = work->next)
        count++;
    do {
        work = p->multiparts && count-- > 0 ? p->multiparts : NULL;
        if (work && !work->outlives_its_call && !ticket_is_open(p->service, work->ticket))
            multipart_forget(p, work);
        else if (work && (work = next_multipart(p)))
            take_part(p, work);
    } while (work && !turn_is_over(p) && !turn_is_broken(p));
}
