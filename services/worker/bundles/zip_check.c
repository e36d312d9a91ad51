#include "services/worker/bundles/zip_check.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/little.h"
#include "common/naming/safe_names.h"
#include "services/worker/bundles/zip_record.h"

enum {
    DEPTH_MOST = 16,
    SHOWN = 120,
    DIRECTORY_MOST = 64 << 20,
    KIND_MASK = 0170000,
    IS_FILE = 0100000,
    IS_FOLDER = 0040000,
    IS_LINK = 0120000,
    IS_DOS_FOLDER = 0x10 /* for readers of Windows */
};
static const char manifest[] = "project_manifest.json";

static enum err refuse_member(const struct zip_member *member, const char *why, struct fault *fault)
{
    char shown[SHOWN];

    text_show(shown, sizeof(shown), member->name, "");
    return fault_set(fault, ERR_BAD_REQUEST, "%s in the archive %s", shown, why);
}

/* ---- names ---- */

static const char *find_name_flaw(struct text name)
{
    struct text rest = name, part;
    uint32_t depth = 0;

    if (name.len == 0 || name.len > ZIP_NAME_MOST || !text_is_plain(name))
        return "has no name, a too long one, or one with control characters or without UTF-8";
    if (name.at[0] == '/' || (name.len > 1 && name.at[1] == ':'))
        return "has an absolute path";
    while (rest.len) {
        part = text_cut(&rest, '/');
        if (text_is(part, ".."))
            return "leads out of it";
        if (part.len == 0 || text_is(part, ".") || ++depth > DEPTH_MOST)
            return "has an empty part in its path, or too many";
    }
    return NULL;
}

/* Programs of Windows write backslashes. */
static enum err check_name(struct zip_member *member, struct fault *fault)
{
    char *at = (char *)(uintptr_t)member->name.at;
    const char *why;

    for (uint32_t i = 0; i < member->name.len; i++)
        if (at[i] == '\\')
            at[i] = '/';
    why = find_name_flaw(member->name);
    return why ? refuse_member(member, why, fault) : ERR_OK;
}

static bool is_folder(const struct zip_member *member)
{
    return member->name.len && member->name.at[member->name.len - 1] == '/';
}

static enum err check_kind(const struct zip_member *member, uint32_t attributes, struct fault *fault)
{
    const uint32_t kind = attributes >> 16 & KIND_MASK;

    if (kind == IS_LINK)
        return refuse_member(member, "is a link", fault);
    if (kind != 0 && kind != (is_folder(member) ? (uint32_t)IS_FOLDER : (uint32_t)IS_FILE))
        return refuse_member(member, "is no regular file", fault);
    if (!is_folder(member) && attributes & IS_DOS_FOLDER)
        return refuse_member(member, "is marked as a folder", fault);
    if (is_folder(member) && (member->size || member->packed))
        return refuse_member(member, "is a folder with content", fault);
    return ERR_OK;
}

/* Takes the names of files; then no folder on the way to a file may have one of these. */
static enum err check_twins(const struct zip *zip, struct fault *fault)
{
    struct safe_names names = { 0 };
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < zip->count; i++) {
        const struct zip_member *member = &zip->members[i];
        if (!is_folder(member) && safe_names_has(&names, member->name))
            e = refuse_member(member, "has the name of another file, apart from case, accents or Unicode form", fault);
        if (!is_folder(member))
            safe_names_take(&names, member->name);
    }
    for (uint32_t i = 0; e == ERR_OK && i < zip->count; i++) {
        const struct text name = zip->members[i].name;
        for (uint32_t k = 1; e == ERR_OK && k < name.len; k++)
            if (name.at[k] == '/' && safe_names_has(&names, (struct text){ k, name.at }))
                e = refuse_member(&zip->members[i], "lies in a file", fault);
    }
    safe_names_free(&names);
    return e;
}

/* ---- the central directory ---- */

static enum err check_flags(const struct zip_member *member, struct fault *fault)
{
    if (member->flags & ZIP_FLAG_ENCRYPTED)
        return refuse_member(member, "is encrypted", fault);
    if (member->flags & ~ZIP_FLAGS_KNOWN)
        return refuse_member(member, "has unknown flags", fault);
    if (member->method != ZIP_STORED && member->method != ZIP_DEFLATED)
        return refuse_member(member, "has an unknown compression: expected store or deflate", fault);
    if (member->method == ZIP_STORED && member->packed != member->size)
        return refuse_member(member, "is stored with two sizes", fault);
    return ERR_OK;
}

/* Reads an entry at `*at`, and moves it on. */
static enum err read_listed(struct zip *zip, uint64_t *at, struct zip_member *to, struct fault *fault)
{
    const uint8_t *head = zip->directory.at + *at;
    const uint64_t left = zip->directory.len - *at;
    struct zip_central entry;
    enum err e;

    if (!zip_record_central(bytes_of(head, left < UINT32_MAX ? left : UINT32_MAX), &entry))
        return fault_set(fault, ERR_BAD_REQUEST, "the archive has a damaged directory");
    *at += entry.len;
    *to = entry.member;
    e = check_name(to, fault);
    if (e == ERR_OK && !entry.is_valid)
        e = refuse_member(to, "has damaged fields, two of one kind, or another name in them", fault);
    if (e == ERR_OK)
        e = check_flags(to, fault);
    return e == ERR_OK ? check_kind(to, entry.attributes, fault) : e;
}

static uint64_t limit_size(const struct zip *zip)
{
    const uint64_t mib = 1 << 20, most = ZIP_MIB_MOST * mib, small = ZIP_SMALL_MIB * mib;
    const uint64_t packed = (uint64_t)zip->input->size;

    if (packed > most / ZIP_RATIO)
        return most;
    return packed * ZIP_RATIO > small ? packed * ZIP_RATIO : small;
}

static enum err read_directory(struct zip *zip, uint64_t count, struct fault *fault)
{
    const uint64_t most = limit_size(zip);
    uint64_t at = 0, total = 0;
    enum err e = ERR_OK;

    zip->members = alloc_array(count, sizeof(*zip->members));
    while (e == ERR_OK && zip->count < count) {
        struct zip_member *to = &zip->members[zip->count];
        e = read_listed(zip, &at, to, fault);
        if (e == ERR_OK && (to->size > most || (total += to->size) > most))
            e = fault_set(fault, ERR_TOO_LARGE, "the archive unpacks to more than %llu MiB",
                          (unsigned long long)(most >> 20));
        zip->count += e == ERR_OK;
    }
    if (e == ERR_OK && at != zip->directory.len)
        e = fault_set(fault, ERR_BAD_REQUEST, "the archive has more entries than its end record says");
    return e;
}

/* ---- the headers of the files ---- */

/* What a header of its own says of a file: zeros if a descriptor follows the data. */
static bool says_the_same(const struct zip_member *member, const struct zip_member *local)
{
    const bool follows = member->flags & ZIP_FLAG_FOLLOWS;

    return member->flags == local->flags && member->method == local->method &&
           ((follows && local->sum == 0) || member->sum == local->sum) &&
           ((follows && local->size == 0) || member->size == local->size) &&
           ((follows && local->packed == 0) || member->packed == local->packed);
}

/* `until`: where the next header, or the directory, begins. */
static enum err check_range(const struct zip *zip, const struct zip_member *member, uint64_t until, struct fault *fault)
{
    uint8_t after[ZIP_DESCRIPTOR_MOST];
    uint64_t len;

    if (member->data > until || member->packed > until - member->data)
        return refuse_member(member, "overlaps what follows it", fault);
    len = until - member->data - member->packed;
    if (!(member->flags & ZIP_FLAG_FOLLOWS))
        return len ? refuse_member(member, "is followed by bytes of no file", fault) : ERR_OK;
    if (len > sizeof(after) || !input_fill(zip->input, (int64_t)(member->data + member->packed), after, len) ||
        !zip_record_is_descriptor(bytes_of(after, len), member))
        return refuse_member(member, "has no descriptor that says the same as the directory", fault);
    return ERR_OK;
}

static enum err check_local(const struct zip *zip, struct zip_member *member, uint64_t until, struct fault *fault)
{
    uint8_t head[ZIP_LOCAL_LEN];
    struct zip_member local;
    struct buffer all = { 0 };
    uint32_t len;
    bool is_right;

    if (member->at + ZIP_LOCAL_LEN > until || !input_fill(zip->input, (int64_t)member->at, head, sizeof(head)) ||
        !zip_record_local_len(head, &len) || member->at + len > until)
        return refuse_member(member, "has no header where the directory says", fault);
    all.at = alloc_bytes(len);
    all.len = all.room = len;
    is_right = input_fill(zip->input, (int64_t)member->at, all.at, len) &&
               zip_record_local(bytes_of(all.at, len), member->name, &local);
    buffer_free(&all);
    if (!is_right || !says_the_same(member, &local))
        return refuse_member(member, "has a header that says something else than the directory", fault);
    member->data = member->at + len;
    return check_range(zip, member, until, fault);
}

static int compare_offsets(const void *a, const void *b)
{
    const struct zip_member *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

static enum err check_files(struct zip *zip, struct fault *fault)
{
    enum err e = ERR_OK;

    if (zip->count)
        qsort(zip->members, zip->count, sizeof(*zip->members), compare_offsets);
    if (zip->count ? zip->members[0].at != 0 : zip->directory_at != 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the archive begins with bytes of no file");
    for (uint32_t i = 0; e == ERR_OK && i < zip->count; i++) {
        const uint64_t until = i + 1 < zip->count ? zip->members[i + 1].at : zip->directory_at;
        if (until <= zip->members[i].at)
            return refuse_member(&zip->members[i], "overlaps what follows it", fault);
        e = check_local(zip, &zip->members[i], until, fault);
    }
    return e;
}

/* ---- the bundle ---- */

/* The manifest lies at the top, or in the one folder at the top that has one. */
static enum err find_top_folder(struct zip *zip, struct fault *fault)
{
    const struct text name = text_of(manifest);
    uint32_t found = 0;

    for (uint32_t i = 0; i < zip->count; i++) {
        const struct text path = zip->members[i].name;
        const uint32_t before = path.len - (path.len < name.len ? path.len : name.len);
        if (!text_ends(path, name) || (before && memchr(path.at, '/', before) != path.at + before - 1))
            continue;
        if (before == 0)
            return zip->folder = (struct text){ 0 }, ERR_OK;
        zip->folder = (struct text){ before, path.at };
        found++;
    }
    return found == 1 ? ERR_OK
                      : fault_set(fault, ERR_BAD_REQUEST,
                                  found ? "the archive has more than one project_manifest.json"
                                        : "the archive has no project_manifest.json");
}

static void list_members(struct zip *zip)
{
    for (uint32_t i = 0; i < zip->count; i++) {
        struct zip_member *member = &zip->members[i];
        member->is_listed = !is_folder(member) && text_starts(member->name, zip->folder);
        zip->bytes += member->is_listed ? member->size : 0;
        if (member->is_listed)
            member->name = (struct text){ member->name.len - zip->folder.len, member->name.at + zip->folder.len };
        else
            zip->left_out += !is_folder(member);
    }
}

enum err zip_check(struct input *input, struct zip *zip, struct fault *fault)
{
    struct zip_ending ending = { 0 };
    enum err e;

    zip->input = input;
    e = zip_record_find_end(input, &ending, fault);
    if (e == ERR_OK && ending.count > ZIP_MEMBERS_MOST)
        e = fault_set(fault, ERR_TOO_LARGE, "the archive has %llu entries: at most %d are read",
                      (unsigned long long)ending.count, ZIP_MEMBERS_MOST);
    else if (e == ERR_OK && ending.size > DIRECTORY_MOST)
        e = fault_set(fault, ERR_TOO_LARGE, "the directory of the archive has %llu MiB: at most %d are read",
                      (unsigned long long)(ending.size >> 20), DIRECTORY_MOST >> 20);
    if (e != ERR_OK)
        return e;
    zip->directory_at = ending.at;
    zip->directory.at = alloc_bytes(ending.size);
    zip->directory.len = zip->directory.room = ending.size;
    if (!input_fill(input, (int64_t)ending.at, zip->directory.at, ending.size))
        return fault_set(fault, ERR_BAD_REQUEST, "the archive is cut");
    e = read_directory(zip, ending.count, fault);
    if (e == ERR_OK)
        e = check_files(zip, fault);
    if (e == ERR_OK)
        e = check_twins(zip, fault);
    if (e == ERR_OK)
        e = find_top_folder(zip, fault);
    if (e == ERR_OK)
        list_members(zip);
    return e;
}

void zip_free(struct zip *zip)
{
    free(zip->members);
    buffer_free(&zip->directory);
    *zip = (struct zip){ 0 };
}
