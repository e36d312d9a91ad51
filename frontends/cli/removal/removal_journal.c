#include "frontends/cli/removal/removal_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "proto/wire/json.h"
#include "proto/wire/json_write.h"

enum err removal_journal_open(struct cli *cli, int flags, int *fd, struct fault *fault)
{
    const struct text path = arena_printf(&cli->arena, "%s/duplicates.jsonl", cli->paths.data);

    *fd = open(path.at, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    return *fd >= 0 ? ERR_OK
                    : fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot open %.150s: %s", path.at,
                                strerror(errno));
}

enum err removal_journal_write(int fd, const struct removal_line *line, struct fault *fault)
{
    struct buffer text = { 0 };
    bool good;

    json_write(&removal_line_shape, line, &text);
    buffer_add_text(&text, "\n");
    good = file_write_fd(fd, text.at, text.len) == ERR_OK && fdatasync(fd) == 0;
    buffer_free(&text);
    return good ? ERR_OK : fault_set(fault, ERR_IO, "the journal cannot be written: %s", strerror(errno));
}

enum err removal_journal_read(struct cli *cli, struct buffer *journal, struct fault *fault)
{
    int fd;
    enum err e = removal_journal_open(cli, O_RDONLY, &fd, fault);

    if (e == ERR_NOT_FOUND)
        return fault_set(fault, e, "no copies were removed by `duplicates remove`");
    if (e != ERR_OK)
        return e;
    e = file_read_fd(fd, SIZE_MAX, "the journal of removed copies", journal, fault);
    close(fd);
    return e;
}

/* The next line that can be read: the last one may be cut off. */
static bool next_line(struct cli *cli, struct journal_walk *walk)
{
    struct fault none = { 0 };

    while (walk->left.len) {
        const char *end = memchr(walk->left.at, '\n', walk->left.len);
        const uint32_t len = end ? (uint32_t)(end - walk->left.at) : walk->left.len;
        const struct text line = { len, walk->left.at };
        const uint32_t taken = len + (end != NULL);

        walk->left = (struct text){ walk->left.len - taken, walk->left.at + taken };
        walk->line = (struct removal_line){ 0 };
        if (json_read(&removal_line_shape, line, &cli->arena, &walk->line, &none) == ERR_OK)
            return true;
    }
    return false;
}

static bool is_there(struct bytes path, char room[PATH_MAX])
{
    return path.len && bytes_copy(room, PATH_MAX, path) && access(room, F_OK) == 0;
}

bool removal_journal_next(struct cli *cli, struct journal_walk *walk)
{
    while (next_line(cli, walk))
        if (is_there(walk->line.to, walk->place))
            return true;
    return false;
}

bool removal_journal_next_returned(struct cli *cli, struct journal_walk *walk)
{
    char path[PATH_MAX];

    while (next_line(cli, walk))
        if (walk->line.to.len && !is_there(walk->line.to, walk->place) && is_there(walk->line.path, path))
            return true;
    return false;
}

void removal_journal_runs(struct cli *cli, struct text journal, uint64_t first, uint64_t last, struct id_table *to)
{
    struct journal_walk walk = { .left = journal };

    while (next_line(cli, &walk))
        if (walk.line.has_step && walk.line.step >= first && walk.line.step <= last)
            id_table_add(to, walk.line.run);
}

bool removal_journal_run(struct cli *cli, struct text journal, uint64_t step, struct id *to)
{
    bool found = false;

    for (struct journal_walk walk = { .left = journal }; next_line(cli, &walk);)
        if (walk.line.has_step && walk.line.step == step) {
            *to = walk.line.run;
            found = true;
        }
    return found;
}

void removal_remark(const struct fault *fault)
{
    struct buffer remark = { 0 };

    cli_print(&remark, "loophole: stays: %s%s%s", fault->what, fault->hint[0] ? "\n  " : "", fault->hint);
    cli_remark(&remark);
    buffer_free(&remark);
}
