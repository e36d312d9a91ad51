/* json_tree.h: finds values in JSON of any shape (json_read_tree), and writes it. Any thread. */
#ifndef LOOPHOLE_PROTO_JSON_TREE_H
#define LOOPHOLE_PROTO_JSON_TREE_H

#include "common/buffer.h"
#include "proto/wire/json_node.h"

/* The member of that name; NULL: there is none, or `object` is NULL or no object. */
struct json_node *json_tree_member(const struct json_node *object, struct text key);

/* Appends a value over several lines, with two spaces for each level after the first `level`; a list of plain values is
 * one line. Each number reads back exactly, and as the same kind. */
void json_tree_write(const struct json_node *node, uint32_t level, struct buffer *to);

void json_tree_real(struct buffer *to, double number);    /* as json_number, with ".0" after a whole number */
void json_tree_indent(struct buffer *to, uint32_t level); /* begins a line */

#endif
