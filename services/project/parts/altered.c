#include "services/project/parts/altered.h"

#include <string.h>

#include "services/project/parts/listed_items.h"

static bool is_altered(struct txn *txn, struct arena *arena, const struct item_use *use, const struct tree *saved)
{
    uint8_t content[16];
    struct media media;

    return use->known && saved && uses_read_content(tree_text(saved, "content"), content) &&
           catalogue_media(txn, arena, use->resolved, &media) == ERR_OK && media.content.len == sizeof(content) &&
           memcmp(media.content.at, content, sizeof(content)) != 0;
}

struct item_uses altered_uses(struct txn *txn, struct arena *arena, const struct item_uses *uses,
                              const struct tree *document)
{
    const struct listed_items saved = listed_items_of(arena, document);
    struct item_uses to = { .at = arena_array(arena, uses->count + 1, sizeof(*to.at)) };

    for (uint32_t i = 0; i < uses->count; i++)
        if (is_altered(txn, arena, &uses->at[i], listed_item(&saved, uses->at[i].id)))
            to.at[to.count++] = uses->at[i];
    return to;
}
