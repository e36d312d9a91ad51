#include "common/beneath/trusted.h"

#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/hash.h"

enum { FILE_MOST = TRUSTED_MOST * 3 * PATH_MAX };

static bool name_file(const char *data, const char *folder, char path[PATH_MAX])
{
    char hex[33];

    (void)hash_hex(hash_of(folder, strlen(folder)), 32, hex);
    return snprintf(path, PATH_MAX, "%s/links/%s", data, hex) < PATH_MAX;
}

static bool is_whole(const struct buffer *records, const char *folder)
{
    return records->len > 0 && records->at[records->len - 1] == '\0' && strcmp((const char *)records->at, folder) == 0;
}

enum err trusted_read(const char *data, const char *folder, struct buffer *to, struct fault *fault)
{
    struct fault why = { 0 };
    char path[PATH_MAX];
    enum err e;

    if (!name_file(data, folder, path))
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.100s…", data);
    e = file_read_all(path, FILE_MOST, to, &why);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && !is_whole(to, folder)))
        buffer_reset(to);
    if (e != ERR_OK && e != ERR_NOT_FOUND && fault)
        *fault = why;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err trusted_write(const char *data, const char *folder, struct bytes records, struct fault *fault)
{
    char path[PATH_MAX], above[PATH_MAX];

    if (!name_file(data, folder, path))
        return fault_set(fault, ERR_TOO_LARGE, "the path is too long: %.100s…", data);
    (void)snprintf(above, sizeof(above), "%.*s", (int)(strrchr(path, '/') - path), path);
    if (file_make_dirs(above, 0700, fault) != ERR_OK)
        return fault->code;
    return file_write_atomic(path, records, 0600, fault);
}

static const char *next_text(const struct buffer *records, const char *at)
{
    const char *end = (const char *)records->at + records->len;

    return at < end ? at + strlen(at) + 1 : end;
}

const char *trusted_find(const struct buffer *records, const char *name, const char *text)
{
    const char *at = (const char *)records->at, *end = at + records->len;

    if (!records->len)
        return NULL;
    for (at = next_text(records, at); at < end;) {
        const char *its_text = next_text(records, at), *target = next_text(records, its_text);

        if (target < end && strcmp(at, name) == 0 && strcmp(its_text, text) == 0)
            return target;
        at = next_text(records, target);
    }
    return NULL;
}

static void add_text(struct buffer *to, const char *text)
{
    buffer_add(to, text, strlen(text) + 1);
}

void trusted_add(struct buffer *records, const char *folder, const char *name, const char *text, const char *target)
{
    if (!records->len)
        add_text(records, folder);
    add_text(records, name);
    add_text(records, text);
    add_text(records, target);
}
