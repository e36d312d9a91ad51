#include "store/door/item_door.h"

#include <limits.h>
#include <stddef.h>

#include "store/availability.h"

static enum err refuse_no_sound(const struct item *item, struct fault *fault)
{
    const struct text why = item->media.failure;

    fault_set(fault, ERR_BAD_REQUEST, "its file could not be read as a sound: %.*s", TEXT_ARG(why));
    return fault_hint(fault,
                      "`loophole show` has the reason; `loophole library rescan DIR --retry-failed` tries again");
}

static enum err refuse_item(const struct item *item, bool decodes, struct fault *fault)
{
    switch ((enum item_state)item->media.availability.value) {
    case ITEM_STATE_REMOTE_OFFLINE:
    case ITEM_STATE_REMOTE_FETCHING:
        return fault_set(fault, ERR_OFFLINE, "its file is only online: `loophole fetch ID` fetches it");
    case ITEM_STATE_EXTERNAL_OFFLINE:
        return fault_set(fault, ERR_OFFLINE, "its volume is away");
    default:
        break;
    }
    if (item->path.len == 0 || item->path.len >= PATH_MAX)
        return fault_set(fault, ERR_OFFLINE, "its volume is away");
    return !decodes && availability_is_no_sound(&item->media) ? refuse_no_sound(item, fault) : ERR_OK;
}

static struct door *make_door(const struct item *item, bool decodes)
{
    return door_new(&(struct door_plan){ .path = item->path,
                                         .leads = item->leads.at,
                                         .lead_count = item->leads.count,
                                         .is_known = !decodes && item->media.mtime != 0,
                                         .size = item->media.size,
                                         .mtime = item->media.mtime });
}

struct door *item_door(const struct item *item, bool decodes, struct fault *fault)
{
    return refuse_item(item, decodes, fault) == ERR_OK ? make_door(item, decodes) : NULL;
}

struct door *item_door_to_decode(const struct item *item)
{
    return make_door(item, true);
}
