/* search_read.c: the store, which is opened at the first ask that needs it. */
#include "services/search/search.h"

enum err search_read(struct search *search, struct txn **txn, struct fault *fault)
{
    struct catchup *catchup = &search->catchup;
    enum err e = ERR_OK;

    if (!catchup->store)
        e = store_open(catchup->paths, STORE_READER, &catchup->store, fault);
    return e == ERR_OK ? store_read(catchup->store, txn, fault) : e;
}
