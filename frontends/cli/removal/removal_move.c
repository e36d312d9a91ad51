#include "frontends/cli/removal/removal_move.h"

#include <string.h>

#include "frontends/cli/base/shared.h"
#include "frontends/cli/removal/copy_removal.h"
#include "frontends/cli/removal/removal_journal.h"

static enum err compare_copy(const struct removal_line *line, char gone[PATH_MAX], char kept[PATH_MAX],
                             struct copy_pair *pair, struct fault *fault)
{
    if (!bytes_copy(gone, PATH_MAX, line->path) || !bytes_copy(kept, PATH_MAX, line->keep))
        return fault_set(fault, ERR_BAD_REQUEST, "a path is too long");
    return copy_compare(gone, kept, pair, fault);
}

enum err removal_check(const struct removal_line *line, struct fault *fault)
{
    char gone[PATH_MAX], kept[PATH_MAX];
    struct copy_pair pair;
    enum err e = compare_copy(line, gone, kept, &pair, fault);

    if (e == ERR_OK)
        copy_release(&pair);
    return e;
}

enum err removal_move(struct cli *cli, int journal, struct removal_line *line, struct fault *fault)
{
    char gone[PATH_MAX], kept[PATH_MAX], to[PATH_MAX], folder[PATH_MAX];
    struct copy_pair pair;
    enum err e = compare_copy(line, gone, kept, &pair, fault);

    if (e != ERR_OK)
        return e;
    e = copy_place(gone, line->has_folder && bytes_copy(folder, PATH_MAX, line->folder) ? folder : NULL, to, fault);
    if (e == ERR_OK) {
        line->to = arena_bytes(&cli->arena, bytes_of(to, (uint32_t)strlen(to)));
        e = removal_journal_write(journal, line, fault);
    }
    if (e == ERR_OK)
        e = copy_take(&pair, gone, kept, to, fault);
    copy_release(&pair);
    return e;
}

void removal_print(struct cli *cli, const struct removal_line *line)
{
    if (cli->options.json) {
        (void)cli_json(cli, &removal_line_shape, line);
        return;
    }
    cli_print(&cli->out, "%s %.*s\n  same as %.*s\n", cli->options.dry_run ? "would remove" : "removed",
              (int)line->path.len, (const char *)line->path.at, (int)line->keep.len, (const char *)line->keep.at);
}
