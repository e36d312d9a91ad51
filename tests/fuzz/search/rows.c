/* A store with any changed rows: search makes an entry of each item, or leaves the item out. The changes are never
 * committed, so each input begins with the same store. */
#include "tests/fuzz/rows.h"

#include "services/search/index/index.h"
#include "services/search/index/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct entry entry;
    struct fuzz_input input = { bytes, len };
    struct rows *rows = rows_of();
    struct record_folder kept;
    struct index index = { 0 };
    struct arena arena = { 0 };
    struct txn *txn;

    holds(store_write(rows->store, &txn, NULL) == ERR_OK);
    rows_damage(&input, txn);
    holds(index_open(&index) == ERR_OK);
    record_begin(&kept);
    for (int i = 0; i < ROWS_ITEMS; i++)
        if (record_read(txn, &arena, rows->items[i], &kept, &entry) == ERR_OK)
            holds(index_put(&index, &entry) == ERR_OK);
    index_close(&index);
    txn_end(txn);
    arena_free(&arena);
    return 0;
}
