#include "proto/wire/json_tree.h"

#include <string.h>

#include "proto/wire/json_write.h"

struct json_node *json_tree_member(const struct json_node *object, struct text key)
{
    if (!object || object->kind != JSON_IS_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->count; i++)
        if (text_equal(object->at[i].key, key))
            return &object->at[i];
    return NULL;
}

void json_tree_real(struct buffer *to, double number)
{
    const size_t before = to->len;

    json_number(to, number);
    if (!to->failed && !memchr(to->at + before, '.', to->len - before) &&
        !memchr(to->at + before, 'e', to->len - before))
        buffer_add_text(to, ".0");
}

void json_tree_indent(struct buffer *to, uint32_t level)
{
    buffer_add(to, "\n", 1);
    for (uint32_t i = 0; i < level; i++)
        buffer_add(to, "  ", 2);
}

static bool is_plain(const struct json_node *node)
{
    return node->kind != JSON_IS_LIST && node->kind != JSON_IS_OBJECT;
}

static void write_tree_list(const struct json_node *list, uint32_t level, struct buffer *to)
{
    bool plain = true;

    for (uint32_t i = 0; i < list->count; i++)
        plain = plain && is_plain(&list->at[i]);
    buffer_add_text(to, "[");
    for (uint32_t i = 0; i < list->count; i++) {
        buffer_add_text(to, i ? plain ? ", " : "," : "");
        if (!plain)
            json_tree_indent(to, level + 1);
        json_tree_write(&list->at[i], level + 1, to);
    }
    if (!plain)
        json_tree_indent(to, level);
    buffer_add_text(to, "]");
}

static void write_object(const struct json_node *object, uint32_t level, struct buffer *to)
{
    buffer_add_text(to, "{");
    for (uint32_t i = 0; i < object->count; i++) {
        buffer_add_text(to, i ? "," : "");
        json_tree_indent(to, level + 1);
        json_text(to, object->at[i].key);
        buffer_add_text(to, ": ");
        json_tree_write(&object->at[i], level + 1, to);
    }
    if (object->count)
        json_tree_indent(to, level);
    buffer_add_text(to, "}");
}

void json_tree_write(const struct json_node *node, uint32_t level, struct buffer *to)
{
    switch (node->kind) {
    case JSON_IS_NULL:
        buffer_add_text(to, "null");
        return;
    case JSON_IS_BOOL:
        buffer_add_text(to, node->yes ? "true" : "false");
        return;
    case JSON_IS_INT:
        json_whole(to, node->number);
        return;
    case JSON_IS_REAL:
        json_tree_real(to, node->real);
        return;
    case JSON_IS_TEXT:
        json_text(to, node->text);
        return;
    case JSON_IS_LIST:
        write_tree_list(node, level, to);
        return;
    case JSON_IS_OBJECT:
        write_object(node, level, to);
        return;
    }
}
