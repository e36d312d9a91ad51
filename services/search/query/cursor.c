#include "services/search/query/cursor.h"

#include <math.h>
#include <string.h>

#include "common/hash.h"
#include "proto/wire/base64.h"

/* The fixed part of a cursor; the text follows. */
struct cursor_head {
    uint8_t version;
    uint8_t has_value;
    uint8_t text_len;
    uint8_t of[5]; /* the beginning of a hash of query and order */
    uint8_t id[16];
    uint8_t number[8];
};
_Static_assert(sizeof(struct cursor_head) == 32, "no gaps");

enum { VERSION = 1 };

static struct hash of_query(struct text query, struct text sort)
{
    struct buffer both = { 0 };
    struct hash hash;

    buffer_add(&both, query.at, query.len);
    buffer_add(&both, "", 1);
    buffer_add(&both, sort.at, sort.len);
    hash = hash_of(both.at, both.len);
    buffer_free(&both);
    return hash;
}

struct text cursor_write(struct arena *arena, struct text query, struct text sort, const struct position *last)
{
    struct hash hash = of_query(query, sort);
    struct cursor_head head = { VERSION, last->has_value, (uint8_t)last->text_len, { 0 }, { 0 }, { 0 } };
    uint8_t bytes[sizeof(head) + SORT_TEXT];
    struct buffer encoded = { 0 };

    memcpy(head.of, hash.b, sizeof(head.of));
    memcpy(head.id, last->id.b, sizeof(head.id));
    memcpy(head.number, &last->number, sizeof(head.number));
    memcpy(bytes, &head, sizeof(head));
    if (last->text_len)
        memcpy(bytes + sizeof(head), last->text, last->text_len);
    base64_write(&encoded, bytes_of(bytes, sizeof(head) + last->text_len));
    return arena_take(arena, &encoded);
}

static enum err refuse_cursor(struct fault *fault, const char *why)
{
    fault_set(fault, ERR_BAD_REQUEST, "%s", why);
    fault_field(fault, "cursor");
    return fault_hint(fault, "ask without a cursor for the first page, then with the cursor of each answer");
}

enum err cursor_read(struct arena *arena, struct text cursor, struct text query, struct text sort,
                     struct position *last, struct fault *fault)
{
    struct hash hash = of_query(query, sort);
    struct cursor_head head;
    struct bytes bytes;

    if (!base64_read(cursor, arena, &bytes) || bytes.len < sizeof(head))
        return refuse_cursor(fault, "the cursor is damaged, or was made by another version");
    memcpy(&head, bytes.at, sizeof(head));
    if (head.version != VERSION || head.text_len > SORT_TEXT || bytes.len != sizeof(head) + head.text_len)
        return refuse_cursor(fault, "the cursor is damaged, or was made by another version");
    if (memcmp(head.of, hash.b, sizeof(head.of)) != 0)
        return refuse_cursor(fault, "the cursor belongs to another query or another order");
    *last = (struct position){ .has_value = head.has_value != 0, .text_len = head.text_len };
    last->text = (const char *)bytes.at + sizeof(head);
    memcpy(last->id.b, head.id, sizeof(head.id));
    memcpy(&last->number, head.number, sizeof(head.number));
    return isnan(last->number) ? refuse_cursor(fault, "the cursor is damaged, or was made by another version") : ERR_OK;
}
