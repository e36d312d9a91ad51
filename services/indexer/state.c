#include "services/indexer/state.h"

bool state_is_idle(const struct indexer *indexer)
{
    if (!indexer->loaded || indexer->adopting || indexer->moving)
        return false;
    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (lib->scan || lib->removing || library_state_wants_scan(lib))
            return false;
    return true;
}
