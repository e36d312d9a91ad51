#include "services/search/search_begin.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "store/open/store_open.h"

/* Defers the call; the answer and its fault get memory that outlives the handler. */
static enum err outlive_handler(struct request *request)
{
    void *answer = arena_alloc(request->arena, call_ask(request->call)->answer->size);
    struct fault *fault = arena_alloc(request->arena, sizeof(*fault));

    if (!answer || !fault)
        return limits_refuse(request->fault, "an answer that waits");
    request->ticket = call_defer(request->call);
    if (!request->ticket.number)
        return ERR_BUSY;
    request->answer = answer;
    request->fault = fault;
    request->call = NULL;
    return ERR_OK;
}

enum err search_put_off(struct request *request, struct request **kept)
{
    enum err e = ERR_OK;

    *kept = alloc_bytes(sizeof(**kept));
    if (request->call)
        e = outlive_handler(request);
    **kept = *request;
    (*kept)->next = NULL;
    request->is_put_off = e == ERR_OK;
    if (e != ERR_OK)
        free(*kept);
    return e;
}

/* The first ask that needs the store opens it. */
enum err search_read(struct search *search, struct txn **txn, struct fault *fault)
{
    struct catchup *catchup = &search->catchup;
    enum err e = ERR_OK;

    if (!catchup->store)
        e = store_open(catchup->paths, STORE_READER, &catchup->store, fault);
    return e == ERR_OK ? store_read(catchup->store, txn, fault) : e;
}
