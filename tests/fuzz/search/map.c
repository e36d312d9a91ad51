/* A damaged file of a map, with a valid hash or not: refused, or a map with finite places, to which more can be added.
 * An input: one byte, whether the hash is made valid; then changes, each three bytes for the place and one for the
 * value. */
#include "services/search/map/map.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/hash.h"
#include "services/search/map/map_file.h"
#include "tests/fuzz/search/stock.h"

enum { HEADER = 64, HASH_AT = 48, PLANE = 2 };

static char path[PATH_MAX];
static struct index stock;

static void save_file(struct buffer *whole)
{
    struct map_point points[STOCK_ITEMS] = { 0 };
    struct map_file file = { .dimensions = PLANE,
                             .count = STOCK_ITEMS,
                             .seed = 7,
                             .trust = 0.9,
                             .catalogue = stock.catalogue,
                             .points = points };

    for (uint32_t i = 0; i < STOCK_ITEMS; i++)
        points[i] = (struct map_point){ stock_id(2 * i), { { (float)i, (float)(i % 5), 0 } } };
    holds(map_file_write(&file, path, NULL) == ERR_OK);
    holds(file_read_all(path, 1 << 20, whole, NULL) == ERR_OK);
    holds(whole->len == HEADER + sizeof(points));
}

static void change_file(struct buffer *file, struct fuzz_input *input)
{
    struct bytes first = fuzz_take(input, 1);
    bool is_sound = first.len == 1 && first.at[0] & 1;
    struct hash hash;

    if (first.len == 1 && first.at[0] & 2) /* truncated, too */
        file->len -= fuzz_number(input) % (file->len + 1);
    while (input->left >= 4 && file->len > 0) {
        struct bytes one = fuzz_take(input, 4);
        size_t at = (size_t)one.at[0] << 16 | (size_t)one.at[1] << 8 | one.at[2];
        file->at[at % file->len] = one.at[3];
    }
    if (!is_sound || file->len < HEADER)
        return;
    hash = hash_of(file->at + HEADER, file->len - HEADER);
    memcpy(file->at + HASH_AT, &hash, sizeof(hash));
}

static void is_used(struct map *map)
{
    map_place_rest(map, &stock, INT64_MAX);
    for (uint32_t row = 0; row < index_rows(&stock); row++) {
        const struct map_place *place = map_place_of(map, &stock, row);

        for (uint32_t d = 0; place && d < MAP_DIMENSIONS; d++)
            holds(isfinite(place->at[d]));
    }
    (void)map_seed(map);
    holds(!(map_trust(map) > 1) && !(map_trust(map) < 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct buffer whole;
    struct fuzz_input input = { bytes, len };
    struct buffer file = { 0 };
    struct map *map;
    int fd;

    if (!path[0]) {
        holds(snprintf(path, sizeof(path), "%s/search.map-%d", fuzz_home()->cache, PLANE) < PATH_MAX);
        stock_fill(&stock);
        stock.catalogue = stock_id(99);
        save_file(&whole);
    }
    buffer_add(&file, whole.at, whole.len);
    change_file(&file, &input);
    fd = open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600);
    holds(fd >= 0 && file_write_fd(fd, file.at, file.len) == ERR_OK && close(fd) == 0);
    map = map_open(fuzz_home()->cache, PLANE);
    if (map_look(map, &stock) == MAP_MADE)
        is_used(map);
    map_close(map);
    buffer_free(&file);
    return 0;
}
