/* Any bytes as the file of a pattern: refused with an explanation, or a pattern whose file is read and written to the
 * same bytes. */
#include "store/pattern/pattern_file.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct pattern_file file, again;
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct buffer one = { 0 }, two = { 0 };
    enum err e = pattern_file_read(fuzz_text(bytes_of(bytes, len)), &arena, &file, &fault);

    holds(e == ERR_OK || (fault.code == e && fault.what[0]));
    if (e == ERR_OK) {
        pattern_file_write(&file, &one);
        if (one.len <= PATTERN_FILE_BYTES) {
            holds(pattern_file_read(fuzz_text(buffer_bytes(&one)), &arena, &again, &fault) == ERR_OK);
            pattern_file_write(&again, &two);
            holds(bytes_equal(buffer_bytes(&one), buffer_bytes(&two)));
        }
    }
    buffer_free(&one), buffer_free(&two);
    arena_free(&arena);
    return 0;
}
