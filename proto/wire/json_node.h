/* json_node.h: a value of JSON of any shape. Any thread. */
#ifndef LOOPHOLE_PROTO_JSON_NODE_H
#define LOOPHOLE_PROTO_JSON_NODE_H

#include "common/text.h"

enum { JSON_TREE_DEPTH = 64 };

enum json_kind { JSON_IS_NULL, JSON_IS_BOOL, JSON_IS_INT, JSON_IS_REAL, JSON_IS_TEXT, JSON_IS_LIST, JSON_IS_OBJECT };

/* A value with its name in an object. All of it lies in the arena of json_read_tree. */
struct json_node {
    struct text key;
    enum json_kind kind;
    uint32_t count; /* of a list's elements, or of an object's members in the order of the file */
    union {
        bool yes;
        int64_t number;
        double real;
        struct text text;
        struct json_node *at;
    };
};

#endif
