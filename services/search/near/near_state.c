#include "services/search/near/near_state.h"

#include <sys/mman.h>

#include "services/search/near/near_file.h"
#include "services/search/near/near_work.h"

enum { MOST_BYTES_LOG = 34 /* of address space */ };

enum err near_state_open(struct near *near)
{
    *near = (struct near){ .tail = bitmap_new() };
    if (column_open(&near->made, 1, (size_t)1 << MOST_BYTES_LOG) != ERR_OK) {
        near_state_close(near);
        return ERR_FULL;
    }
    madvise(near->made.at, near->made.most, MADV_HUGEPAGE); /* an optimisation, which may fail */
    return ERR_OK;
}

void near_state_close(struct near *near)
{
    column_close(&near->made);
    bitmap_free(near->tail);
    near_work_free(near->work);
    *near = (struct near){ 0 };
}

void near_state_change(struct near *near, uint32_t row, bool has_vector)
{
    struct near_parts parts;

    if (!near->file)
        return;
    parts = near_file_parts(near->file);
    if (row < near->file->rows && parts.places[row] != NEAR_NO_PLACE) {
        parts.rows[parts.places[row]] = NEAR_NO_ROW;
        parts.places[row] = NEAR_NO_PLACE;
    }
    if (has_vector)
        bitmap_add(near->tail, row);
    else
        bitmap_remove(near->tail, row);
}
