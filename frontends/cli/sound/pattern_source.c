#include "frontends/cli/sound/pattern_source.h"

#include "common/file.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/resolve.h"
#include "store/pattern/message.h"
#include "store/pattern/pattern_check.h"

/* Finds the items of rows that name a file. */
static enum err find_paths(struct cli *cli, struct pattern_file *file, struct fault *fault)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < file->paths.count; i++) {
        const struct bytes path = file->paths.each[i].path;
        struct row *row = &file->pattern.sequencer.tracks.at[file->paths.each[i].row];

        e = named_exactly(cli, (const char *)path.at, &row->id, fault);
        row->has_id = e == ERR_OK;
        if (e != ERR_OK)
            pattern_row_fault(&file->pattern, PATTERN_IN_FILE, file->paths.each[i].row, "media_id", e, fault);
    }
    return e;
}

enum err pattern_source_read(struct cli *cli, const char *path, struct pattern_file *to, struct fault *fault)
{
    struct buffer bytes = { 0 };
    enum err e = resolve_reach(path, fault);

    if (e == ERR_OK)
        e = file_read_all(path, PATTERN_FILE_BYTES, &bytes, fault);
    const bool read = e == ERR_OK;

    if (e == ERR_OK)
        e = pattern_file_read((struct text){ (uint32_t)bytes.len, (const char *)bytes.at }, &cli->arena, to, fault);
    if (e == ERR_VERSION)
        fault_hint(fault, "a newer loophole wrote %s; the file stays as it is", path);
    else if (e != ERR_OK && read)
        fault_hint(fault, "%s is not a pattern: see frontends/examples/acid.json", path);
    buffer_free(&bytes);
    return e == ERR_OK ? find_paths(cli, to, fault) : e;
}

enum err pattern_source_text(struct cli *cli, const char *path, struct text *to, struct fault *fault)
{
    struct pattern_file *file = arena_alloc(&cli->arena, sizeof(*file));
    struct buffer bytes = { 0 };
    enum err e = pattern_source_read(cli, path, file, fault);

    if (e == ERR_OK)
        pattern_file_write(file, &bytes);
    *to = arena_take(&cli->arena, &bytes);
    return e;
}

/* No name of the library begins with a dot or a slash. */
static bool is_file(const char *arg)
{
    return *arg == '/' || *arg == '.' || text_ends(text_of(arg), TEXT(".json"));
}

enum err pattern_source_find(struct cli *cli, const char *arg, struct pattern_source *to, struct fault *fault)
{
    *to = (struct pattern_source){ 0 };
    if (is_file(arg))
        return pattern_source_text(cli, arg, &to->file, fault);
    if (message_is_slot(text_of(arg)))
        to->slot = text_of(arg);
    else
        to->name = text_of(arg);
    return ERR_OK;
}
