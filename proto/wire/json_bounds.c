#include "proto/wire/json_bounds.h"

#include "proto/wire/json_node.h"

/* Returns the position of the quote that ends the text which begins at `at`. */
static uint32_t skip_text(struct text from, uint32_t at)
{
    for (at++; at < from.len && from.at[at] != '"'; at++)
        if (from.at[at] == '\\')
            at++;
    return at;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct json_size {
    uint32_t values, deepest, spaces; /* spaces: bytes of white space between values */
};

/* Each value but the outermost one follows a comma, or is the first one in a list or an object. */
static struct json_size measure_json(struct text from)
{
    struct json_size size = { .values = 1 };
    uint32_t depth = 0;
    char before = '\0';

    for (uint32_t i = 0; i < from.len; i++) {
        const char c = from.at[i];
        if (is_space(c)) {
            size.spaces++;
            continue;
        }
        if (c == '"')
            i = skip_text(from, i);
        else if (c == ',')
            size.values++;
        else if (c == '[' || c == '{')
            size.values++, depth++;
        else if (c == ']' || c == '}') {
            size.values -= before == '[' || before == '{';
            depth -= depth > 0;
        }
        before = c;
        size.deepest = depth > size.deepest ? depth : size.deepest;
    }
    return size;
}

uint32_t json_count_values(struct text from)
{
    return measure_json(from).values;
}

uint32_t json_count_bytes(struct text from)
{
    return from.len - measure_json(from).spaces;
}

enum err json_check_bounds(struct text from, uint32_t most, struct fault *fault)
{
    const struct json_size size = measure_json(from);

    if (size.deepest > JSON_TREE_DEPTH + 1)
        return fault_set(fault, ERR_BAD_REQUEST, "objects and lists are nested deeper than %d: %u levels",
                         JSON_TREE_DEPTH, size.deepest);
    if (size.values > most)
        return fault_set(fault, ERR_TOO_LARGE, "the JSON has %u values: at most %u", size.values, most);
    return ERR_OK;
}
