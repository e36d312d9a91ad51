#include "frontends/cli/bundle/bundle_path.h"

#include <string.h>
#include <strings.h>

#include "frontends/cli/send/new_folder.h"

enum { SHOWN = 120 };

static enum err refuse_path(struct text path, const char *why, struct fault *fault)
{
    char shown[4 * SHOWN];

    text_show(shown, SHOWN, path, "");
    return fault_set(fault, ERR_BAD_REQUEST, "the path \"%s\" %s", shown, why);
}

static const char *find_flaw(struct text path)
{
    struct text rest = path, part;
    int depth = 0;

    if (path.len == 0 || path.len > BUNDLE_PATH_MOST || !text_is_plain(path))
        return "is empty, too long, no UTF-8, or has control characters";
    if (path.at[0] == '/' || (path.len > 1 && path.at[1] == ':'))
        return "is absolute";
    do {
        const bool is_last = !memchr(rest.at, '/', rest.len);
        part = text_cut(&rest, '/');
        if (text_is(part, "..") || text_is(part, "."))
            return "leads out of the bundle";
        if (part.len == 0 || part.len > NAME_MAX)
            return "has an empty or a too long part";
        if (is_last)
            return depth > NEW_FOLDER_DEPTH - 1 ? "has too many folders" : NULL;
        depth++;
    } while (rest.len);
    return "names a folder";
}

enum err bundle_path_read(struct text from, struct arena *arena, struct text *to, struct fault *fault)
{
    const char *why;
    char *at;

    *to = arena_text(arena, from);
    at = (char *)(uintptr_t)to->at;
    for (uint32_t i = 0; i < to->len; i++)
        if (at[i] == '\\')
            at[i] = '/';
    why = find_flaw(*to);
    return why ? refuse_path(from, why, fault) : ERR_OK;
}

/* Without regard to case: the path is that name, or lies in it. */
static bool is_or_lies_in(struct text path, struct text name)
{
    return path.len >= name.len && strncasecmp(path.at, name.at, name.len) == 0 &&
           (path.len == name.len || path.at[name.len] == '/');
}

bool bundle_path_is_reserved(struct text path)
{
    static const char *const ours[] = { "media",      "patterns/slots", "patterns/backups",
                                        "draft.json", "project.json",   "project_manifest.json" };
    static const char folder[] = "patterns", hidden[] = "patterns/.";

    if (path.len && path.at[0] == '.')
        return true;
    for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
        if (is_or_lies_in(path, text_of(ours[i])))
            return true;
    return (path.len == strlen(folder) && strncasecmp(path.at, folder, path.len) == 0) ||
           (path.len >= strlen(hidden) && strncasecmp(path.at, hidden, strlen(hidden)) == 0);
}
