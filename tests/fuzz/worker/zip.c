/* Any bytes as the archive of a bundle: files of plain relative paths with the stated size, or an error. */

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/text.h"
#include "services/worker/bundles/zip_check.h"
#include "services/worker/bundles/zip_unpack.h"
#include "tests/fuzz/fuzz.h"

static bool is_relative(struct text name)
{
    struct text rest = name;

    if (name.len == 0 || name.at[0] == '/' || !text_is_plain(name))
        return false;
    while (rest.len) {
        const struct text part = text_cut(&rest, '/');
        if (part.len == 0 || text_is(part, "..") || text_is(part, "."))
            return false;
    }
    return true;
}

static void files_keep_their_bounds(const struct zip *zip, size_t len, struct fault *fault)
{
    struct zip_reading *reading = zip_begin(zip);
    struct text name, bytes;
    bool is_over = false, has_file = false;
    uint64_t total = 0;

    for (uint32_t i = 0; i < zip->count; i++)
        holds(zip->members[i].data + zip->members[i].packed <= len && zip->members[i].data <= len);
    while (!is_over && zip_read(reading, &name, &bytes, &is_over, fault) == ERR_OK) {
        holds(name.len == 0 || (!is_over && bytes.len == 0 && is_relative(name)));
        has_file = has_file || name.len > 0;
        holds(has_file || is_over);
        total += bytes.len;
        holds(total <= (uint64_t)ZIP_SMALL_MIB << 20);
    }
    holds(is_over || fault->what[0]);
    zip_end(reading);
}

/* One file in memory serves all runs: to make one takes longer than a run. */
static int write_archive(const uint8_t *bytes, size_t len)
{
    static int fd = -1;

    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    holds(fd >= 0 && ftruncate(fd, (off_t)len) == 0 && pwrite(fd, bytes, len, 0) == (ssize_t)len);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fault fault = { 0 };
    struct input input = { 0 };
    struct zip zip = { 0 };

    holds(input_open(&input, write_archive(bytes, len), NULL) == ERR_OK);
    if (zip_check(&input, &zip, &fault) == ERR_OK)
        files_keep_their_bounds(&zip, len, &fault);
    else
        holds(fault.what[0]);
    zip_free(&zip);
    return 0;
}
