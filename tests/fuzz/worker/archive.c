/* Any bytes as the archive of a kit: files of plain names, or an error. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/text.h"
#include "services/worker/kits/kit_archive.h"
#include "tests/fuzz/fuzz.h"

static bool is_plain_name(struct text name)
{
    return name.len <= 255 && name.at[0] != '.' && text_is_plain(name) && !memchr(name.at, '/', name.len);
}

static void files_keep_their_bounds(struct kit_archive *archive, struct fault *fault)
{
    struct text name, bytes;
    bool is_over = false, has_file = false;

    while (!is_over && kit_archive_read(archive, &name, &bytes, &is_over, fault) == ERR_OK) {
        holds(name.len == 0 || (!is_over && bytes.len == 0 && is_plain_name(name)));
        has_file = has_file || name.len > 0;
        holds(has_file || is_over);
    }
    holds(is_over && has_file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct kit_archive *archive = NULL;
    struct fault fault = { 0 };
    struct input input = { 0 };

    holds(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && input_open(&input, fd, NULL) == ERR_OK);
    if (kit_archive_open(&input, &archive, &fault) == ERR_OK)
        files_keep_their_bounds(archive, &fault);
    else
        holds(fault.what[0]);
    kit_archive_close(archive);
    close(fd);
    return 0;
}
