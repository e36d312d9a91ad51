#include "proto/schemac/files.h"

#include <stdio.h>

#include "common/file.h"
#include "proto/schemac/parse.h"
#include "proto/schemac/write_c.h"
#include "proto/schemac/write_docs.h"
#include "proto/schemac/write_typescript.h"

enum { SCHEMA_BYTES_MAX = 1 << 20, FILE_MODE = 0644 };

static enum err report_file(const char *path, enum err e, const struct fault *fault)
{
    fprintf(stderr, "%s: error: %s; see that it can be read and written\n", path, fault->what);
    return e;
}

static enum err read_schema(struct arena *arena, const char *path, struct text *text)
{
    struct buffer buffer = { 0 };
    struct fault fault = { 0 };
    enum err e = file_read_all(path, SCHEMA_BYTES_MAX, &buffer, &fault);

    if (e == ERR_OK)
        *text = arena_text(arena, (struct text){ (uint32_t)buffer.len, buffer_c(&buffer) });
    else
        report_file(path, e, &fault);
    buffer_free(&buffer);
    return e;
}

enum err files_read(const struct schemac_options *options, struct schema_model *model)
{
    struct text text = { 0 };
    enum err e = ERR_OK;

    for (int i = 0; e == ERR_OK && i < options->file_count; i++) {
        e = read_schema(&model->arena, options->files[i], &text);
        if (e == ERR_OK)
            e = parse_source(model, options->files[i], text);
    }
    return e;
}

static enum err write_if_changed(const char *path, struct buffer *buffer)
{
    struct fault fault = { 0 };
    enum err e = file_write_atomic(path, buffer_bytes(buffer), FILE_MODE, &fault);

    if (e != ERR_OK)
        report_file(path, e, &fault);
    buffer_reset(buffer);
    return e;
}

static enum err write_in_folder(struct schema_model *model, const struct schemac_options *options, struct text name,
                                const char *end, struct buffer *buffer)
{
    return write_if_changed(arena_printf(&model->arena, "%s/schema_%.*s%s", options->out, TEXT_ARG(name), end).at,
                            buffer);
}

static enum err write_code(const struct schemac_options *options, struct schema_model *model, struct buffer *buffer)
{
    struct schema_source *source;
    enum err e = ERR_OK;

    for (EACH(source, model->sources)) {
        write_header(source, buffer);
        e = write_in_folder(model, options, source->name, ".h", buffer);
        if (e != ERR_OK)
            return e;
        write_tables(source, buffer);
        e = write_in_folder(model, options, source->name, ".c", buffer);
        if (e != ERR_OK)
            return e;
    }
    write_all(model, buffer);
    e = write_in_folder(model, options, TEXT("all"), ".c", buffer);
    if (e != ERR_OK)
        return e;
    write_typescript(model, buffer);
    return write_if_changed(arena_printf(&model->arena, "%s/loophole.ts", options->out).at, buffer);
}

static enum err write_documentation(const struct schemac_options *options, struct schema_model *model,
                                    struct buffer *buffer)
{
    struct text head = { 0 };
    enum err e = ERR_OK;

    if (!options->docs)
        return ERR_OK;
    if (options->head)
        e = read_schema(&model->arena, options->head, &head);
    if (e != ERR_OK)
        return e;
    write_docs(model, head, buffer);
    return write_if_changed(options->docs, buffer);
}

enum err files_write(const struct schemac_options *options, struct schema_model *model)
{
    struct buffer buffer = { 0 };
    enum err e = write_code(options, model, &buffer);

    if (e == ERR_OK)
        e = write_documentation(options, model, &buffer);
    buffer_free(&buffer);
    return e;
}
