/* Any bytes as a database of K: projects within the schema's limits, or an error. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proto/wire/codec.h"
#include "proto/wire/tree.h"
#include "services/worker/kbase/kbase_project.h"
#include "tests/fuzz/fuzz.h"

static void answer_keeps_its_bounds(const struct kbase_read *answer)
{
    struct buffer to = { 0 };
    struct fault fault = { 0 };

    holds(codec_encode(&kbase_read_shape, answer, &to, &fault) == ERR_OK);
    buffer_free(&to);
}

static void project_keeps_its_bounds(struct kbase_content *content, uint32_t place, struct arena *arena)
{
    struct kbase_read answer = { 0 };
    struct fault fault = { 0 };
    struct tree document;

    if (kbase_project_read(content, place, arena, &answer.document, &answer.sources, &fault) != ERR_OK) {
        holds(fault.what[0]);
        return;
    }
    answer.notes = (struct text_list){ content->notes.count, content->notes.at };
    answer_keeps_its_bounds(&answer);
    holds(tree_read(answer.document, arena, &document, NULL) == ERR_OK);
}

static int file_of(const uint8_t *bytes, size_t len)
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);

    holds(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    return fd;
}

/* The first two bytes are how many pages of 512 bytes at the end are its log, or with the highest bit its journal. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct base_files files = { -1, -1, -1 };
    struct kbase_content content;
    struct arena arena = { 0 };
    struct base *base = NULL;
    struct fault fault = { 0 };
    size_t last;

    if (len < 2)
        return 0;
    last = 512 * (size_t)((bytes[0] & 0x7f) << 8 | bytes[1]);
    last = last < len - 2 ? last : 0;
    files.base = file_of(bytes + 2, len - 2 - last);
    if (last)
        *(bytes[0] & 0x80 ? &files.journal : &files.log) = file_of(bytes + len - last, last);
    if (base_open(&files, &base, &fault) != ERR_OK || kbase_content_read(base, &arena, &content, &fault) != ERR_OK)
        holds(fault.what[0]);
    else
        for (uint32_t i = 0; i < content.projects.count && i < 4; i++)
            project_keeps_its_bounds(&content, i, &arena);
    base_close(base);
    arena_free(&arena);
    for (int i = 0; i < 3; i++)
        if ((const int[]){ files.base, files.log, files.journal }[i] >= 0)
            close((const int[]){ files.base, files.log, files.journal }[i]);
    return 0;
}
