/* A damaged file of an index, with valid hashes: refused, or an index that can be searched and changed. An input is a
 * sequence of changes: three bytes for the place, one byte for the value. */
#include "common/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/search/index/index_keep.h"
#include "services/search/index/index_layout.h"
#include "services/search/index/index_load.h"
#include "services/search/index/index_save.h"
#include "services/search/near/near_build.h"
#include "services/search/query/match.h"
#include "tests/fuzz/search/stock.h"

static void make_clusters(struct index *index)
{
    struct bitmap *with_vector = index_with_vector(index);
    const float *at = index_vector(index, 0);
    bool done = false;

    holds(near_build_begin(&index->near, at, index_rows(index), with_vector, 1) == ERR_OK);
    while (!done)
        holds(near_build_step(&index->near, INT64_MAX, &done) == ERR_OK);
    bitmap_free(with_vector);
}

static void finds_the_nearest(struct index *index)
{
    const float weights[ENTRY_VECTOR] = { [0 ... ENTRY_VECTOR - 1] = 1 }, *at = index_vector(index, 0);
    struct nearby nearby[5];
    struct vectors vectors = { at, &index->ids, weights, weights };
    uint32_t count = near_find(&index->near, &vectors, NULL, 5, nearby);

    for (uint32_t i = 0; i < count; i++)
        holds(nearby[i].row < index_rows(index));
}

static void save_file(const char *path, struct buffer *whole)
{
    struct index index = { 0 };
    struct index_save *saving;
    bool done;

    stock_fill(&index);
    make_clusters(&index);
    holds(index_save_begin(&index, path, &saving, NULL) == ERR_OK);
    holds(index_save_step(saving, SIZE_MAX, &done, NULL) == ERR_OK && done);
    index_save_end(saving);
    index_close(&index);
    holds(file_read_all(path, 16 << 20, whole, NULL) == ERR_OK);
}

static void change_file(struct buffer *file, struct fuzz_input *input)
{
    struct layout *layout = (struct layout *)(void *)file->at;

    while (input->left >= 4) {
        struct bytes one = fuzz_take(input, 4);
        size_t at = (size_t)one.at[0] << 16 | (size_t)one.at[1] << 8 | one.at[2];
        file->at[at % file->len] = one.at[3];
    }
    memset(&layout->head, 0, sizeof(layout->head));
    layout->body = hash_of(file->at + LAYOUT_HEADER, file->len - LAYOUT_HEADER);
    layout->head = hash_of(file->at, LAYOUT_HEADER);
}

static void is_searched_and_changed(struct index *index)
{
    static const struct volumes none;
    struct node all = { .kind = NODE_ALL };
    struct bitmap *found = match_query(&(struct match){ index, &none }, &all);
    struct bitmap *kicks = index_starting(index, TEXT("\3k"), NULL);

    for (uint32_t i = 0; i < index_rows(index); i++)
        index_name(index, i), index_notes(index, i), index_vector(index, i);
    finds_the_nearest(index);
    for (uint32_t i = 0; i < STOCK_ITEMS; i += 2)
        stock_put(index, i);
    index_remove(index, stock_id(5));
    holds(index_compact(index) == ERR_OK);
    finds_the_nearest(index);
    bitmap_free(found), bitmap_free(kicks);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static char path[PATH_MAX];
    static struct buffer whole;
    struct fuzz_input input = { bytes, len };
    struct buffer file = { 0 };
    struct index index = { 0 };
    struct fault fault = { 0 };

    if (!path[0]) {
        holds(snprintf(path, sizeof(path), "%s/index", fuzz_home()->cache) < PATH_MAX);
        save_file(path, &whole);
    }
    buffer_add(&file, whole.at, whole.len);
    change_file(&file, &input);
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    holds(fd >= 0 && file_write_fd(fd, file.at, file.len) == ERR_OK && close(fd) == 0);
    holds(index_open(&index) == ERR_OK);
    if (index_file_load(&index, path, &fault) == ERR_OK)
        is_searched_and_changed(&index);
    else
        holds(fault.what[0]);
    index_close(&index);
    buffer_free(&file);
    return 0;
}
