/* Any text as schemas, separated by zero bytes: an error that says what is wrong, or C and documentation. */
#include "proto/schemac/parse.h"

#include <stdlib.h>
#include <string.h>

#include "proto/schemac/check.h"
#include "proto/schemac/resolve.h"
#include "proto/schemac/write_c.h"
#include "proto/schemac/write_docs.h"
#include "tests/fuzz/fuzz.h"

enum { SOURCES_MAX = 4 };

static const char *const paths[SOURCES_MAX] = { "shared.schema", "one.schema", "other.schema", "fuzz.schema" };

static enum err parse_all(struct schema_model *model, struct fuzz_input *input)
{
    enum err e = ERR_OK;

    for (int i = 0; i < SOURCES_MAX && input->left && e == ERR_OK; i++) {
        const uint8_t *end = memchr(input->at, 0, input->left);

        e = parse_source(model, paths[i], fuzz_text(fuzz_take(input, end ? (size_t)(end - input->at) : input->left)));
        fuzz_take(input, 1);
    }
    return e;
}

static void write_all_of(struct schema_model *model)
{
    struct buffer to = { 0 };
    struct schema_source *source;

    for (EACH(source, model->sources)) {
        write_header(source, &to);
        write_tables(source, &to);
    }
    write_all(model, &to);
    write_docs(model, TEXT("# head\n"), &to);
    holds(!to.failed && text_is_utf8(fuzz_text(buffer_bytes(&to))));
    buffer_free(&to);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = { bytes, len };
    struct schema_model model = { 0 };
    enum err e = parse_all(&model, &input);

    if (e == ERR_OK)
        e = resolve_model(&model);
    if (e == ERR_OK)
        e = check_model(&model);
    if (e == ERR_OK)
        write_all_of(&model);
    arena_free(&model.arena);
    return 0;
}
