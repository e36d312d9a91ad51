#include "frontends/cli/bundle/bundle_sampler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "frontends/cli/base/output.h"
#include "frontends/cli/bundle/bundle_digest.h"
#include "proto/wire/json_bounds.h"
#include "proto/wire/tree.h"

enum { FILE_MOST = 16 << 20, LABEL_SIZE = 32, FILTERS_MOST = 64 };

static enum err refuse_asset(struct fault *fault, uint32_t i, const char *key, const char *why)
{
    char field[64];

    fault_set(fault, ERR_BAD_REQUEST, "the sampler manifest is invalid: %s", why);
    (void)snprintf(field, sizeof(field), "assets[%u].%s", i, key);
    return fault ? fault_field(fault, field) : ERR_BAD_REQUEST;
}

static bool read_real_key(const struct tree *from, const char *key, double *to)
{
    const struct tree *value = tree_get(from, key);
    const bool is_number = value && (value->type == TREE_REAL || value->type == TREE_WHOLE);

    *to = is_number ? value->real : 0;
    return is_number;
}

static struct text fold_hex(struct text from, struct arena *arena)
{
    struct text to = arena_text(arena, from);
    char *at = (char *)(uintptr_t)to.at;

    for (uint32_t i = 0; i < to.len; i++)
        if (at[i] >= 'A' && at[i] <= 'F')
            at[i] = (char)(at[i] - 'A' + 'a');
    return to;
}

static enum err read_sample(const struct tree *from, uint32_t i, struct arena *arena, struct bundle_sample *to,
                            struct fault *fault)
{
    const struct text s3 = tree_text(from, "s3_uri");

    *to = (struct bundle_sample){ .name = tree_text(from, "name"),
                                  .digest = fold_hex(tree_text(from, "sha256"), arena),
                                  .uri = s3.len ? s3 : tree_text(from, "nas_path") };
    to->has_lufs = read_real_key(from, "lufs", &to->lufs);
    to->has_peak = read_real_key(from, "peak_dbfs", &to->peak);
    if (to->name.len == 0 || to->name.len > 255 || !text_is_plain(to->name))
        return refuse_asset(fault, i, "name", "the name is missing, too long, or has control characters");
    if (to->digest.len != BUNDLE_DIGEST_SIZE - 1 || strspn(to->digest.at, "0123456789abcdef") != to->digest.len)
        return refuse_asset(fault, i, "sha256", "sha256 is not 64 hexadecimal digits");
    return ERR_OK;
}

enum err bundle_sampler_read(const char *path, struct arena *arena, struct bundle_sampler *to, struct fault *fault)
{
    struct buffer bytes = { 0 };
    const struct tree *list;
    struct tree tree;
    enum err e = file_read_all(path, FILE_MOST, &bytes, fault);

    if (e == ERR_OK)
        e = tree_read_bounded((struct text){ (uint32_t)bytes.len, (const char *)bytes.at }, JSON_VALUES_FILE, arena,
                              &tree, fault);
    buffer_free(&bytes);
    if (e != ERR_OK)
        return e;
    list = tree_get(&tree, "assets");
    if (!list || list->type != TREE_LIST)
        return fault_set(fault, ERR_BAD_REQUEST, "%.150s is no sampler manifest: it has no list \"assets\"", path);
    to->is_read = true;
    to->at = arena_array(arena, list->count, sizeof(*to->at));
    for (uint32_t i = 0; e == ERR_OK && i < list->count; i++, to->count++)
        e = read_sample(&list->members[i].value, i, arena, &to->at[i], fault);
    return e;
}

const struct bundle_sample *bundle_sampler_find(const struct bundle_sampler *sampler, struct text name)
{
    for (uint32_t i = 0; i < sampler->count; i++)
        if (text_equal(sampler->at[i].name, name))
            return &sampler->at[i];
    return NULL;
}

/* ---- what a dialogue shows ---- */

static void add_filter(struct bundle_filter_list *list, struct arena *arena, const char *extension)
{
    struct text *pattern = arena_alloc(arena, sizeof(*pattern));
    char label[LABEL_SIZE];
    size_t len = 0;

    for (; extension[len] && len < LABEL_SIZE - 1; len++)
        label[len] =
            (char)(extension[len] >= 'a' && extension[len] <= 'z' ? extension[len] - 'a' + 'A' : extension[len]);
    label[len] = 0;
    *pattern = arena_printf(arena, "*.%s", extension);
    if (list->count < FILTERS_MOST)
        list->at[list->count++] = (struct bundle_filter){ arena_printf(arena, "%s audio", label), { 1, pattern } };
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(a, b);
}

struct text_list bundle_sampler_names(const struct bundle_sampler *sampler, struct arena *arena)
{
    struct text_list names = { sampler->count, arena_array(arena, sampler->count, sizeof(*names.at)) };

    for (uint32_t i = 0; i < sampler->count; i++)
        names.at[i] = sampler->at[i].name;
    return names;
}

void bundle_sampler_filters(const struct text_list *names, struct arena *arena, struct bundle_filter_list *to)
{
    char(*all)[TEXT_EXTENSION_SIZE] = arena_array(arena, names->count + 2, sizeof(*all));
    uint32_t count = 0;

    *to = (struct bundle_filter_list){ 0, arena_array(arena, FILTERS_MOST, sizeof(*to->at)) };
    for (uint32_t i = 0; i < names->count; i++) {
        (void)text_extension(bytes_of(names->at[i].at, names->at[i].len), all[count]);
        count += all[count][0] != 0;
    }
    qsort(all, count, sizeof(*all), compare_words);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || strcmp(all[i - 1], all[i]) != 0)
            add_filter(to, arena, all[i]);
    if (count == 0) {
        add_filter(to, arena, "wav");
        add_filter(to, arena, "flac");
    }
}

/* The first word of a name: letters and digits. */
static struct text first_word(struct text name)
{
    uint32_t len = 0;

    while (len < name.len && !strchr("_- .", name.at[len]))
        len++;
    return (struct text){ len, name.at };
}

void bundle_sampler_say(const struct bundle_sampler *sampler, struct buffer *to)
{
    struct text word = sampler->count ? first_word(sampler->at[0].name) : TEXT("");
    const bool is_one = sampler->count == 1;

    for (uint32_t i = 1; i < sampler->count; i++)
        if (!text_equal(word, first_word(sampler->at[i].name)))
            word = TEXT("");
    if (word.len)
        cli_print(to, "%u %.*s layer%s available", sampler->count, TEXT_ARG(word), is_one ? "" : "s");
    else
        cli_print(to, "%u asset%s available", sampler->count, is_one ? "" : "s");
}
