#include "services/search/kit/slots.h"

#include <string.h>

/* The usual slots of a family; and what a slot may have: a query, another one for want of the first, and the facts that
 * say how sure that is: an attribute, or one with the value that counts; the surest of them. */
static const char *const usual[] = {
    [KIT_FAMILY_DRUM] = "kick snare clap hat perc1 perc2 perc3 fx",
    [KIT_FAMILY_VOCAL] = "lead adlib chop1 chop2 chop3 chop4 fx",
    [KIT_FAMILY_TEXTURE] = "drone swells risers impacts",
};
static const struct slot_row {
    const char *slot, *clause, *wider, *facts;
} rows[] = {
    { "kick", "class:kick -is:loop", NULL, "class" },
    { "snare", "class:snare -is:loop", NULL, "class" },
    { "clap", "class:clap -is:loop", NULL, "class" },
    { "hat", "class:hat_closed -is:loop", "class:hat_open -is:loop", "class" },
    { "openhat", "class:hat_open -is:loop", NULL, "class" },
    { "perc",
      "(class:perc_bell or class:perc_hand or class:perc_shaker or class:perc_wood or class:rim or class:tom) "
      "-is:loop",
      NULL, "class" },
    { "crash", "class:cymbal -is:loop", NULL, "class" },
    { "ride", "class:cymbal -is:loop", NULL, "class" },
    { "fx", "(family:fx or tag:riser or tag:impact) -family:drums -family:bass", NULL,
      "family=fx tag:riser tag:impact" },
    { "lead", "class:vocal", NULL, "class" },
    { "adlib", "class:vocal dur:<4s", "class:vocal", "class" },
    { "chop", "class:vocal dur:<2s", "class:vocal", "class" },
    { "drone", "tag:drone -family:drums", NULL, "tag:drone" },
    { "swells", "tag:swell -family:drums", NULL, "tag:swell" },
    { "risers", "tag:riser -family:drums", NULL, "tag:riser" },
    { "impacts", "tag:impact -family:bass", NULL, "tag:impact" },
};
enum { ROWS = sizeof(rows) / sizeof(*rows) };

struct text_list kit_slots_names(const struct search_pick_kit *ask, struct arena *arena)
{
    struct text_list to = { 0, arena_array(arena, KIT_SLOTS, sizeof(*to.at)) };
    const char *at = ask->slots.count ? "" : usual[ask->family.value];

    if (ask->slots.count)
        return ask->slots;
    while (*at) {
        const size_t len = strcspn(at, " ");
        to.at[to.count++] = (struct text){ (uint32_t)len, at };
        at += len + (at[len] == ' ');
    }
    return to;
}

/* ---- what a slot may have ---- */

/* The name without a number at its end: perc of perc12. */
struct text kit_slots_stem(struct text name)
{
    while (name.len > 1 && name.at[name.len - 1] >= '0' && name.at[name.len - 1] <= '9')
        name.len--;
    return name;
}

static const struct slot_row *row_of(struct text stem)
{
    for (int i = 0; i < ROWS; i++)
        if (text_is(stem, rows[i].slot))
            return &rows[i];
    return NULL;
}

static bool is_slot_word(struct text stem)
{
    for (uint32_t i = 0; i < stem.len; i++) {
        const char c = stem.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return stem.len > 0;
}

enum err kit_slots_query(struct arena *arena, struct text slot, struct kit_slot_query *to, struct fault *fault)
{
    const struct text stem = kit_slots_stem(slot);
    const struct slot_row *row = row_of(stem);

    if (!is_slot_word(stem)) {
        fault_set(fault, ERR_BAD_REQUEST, "slot \"%.*s\" is not a word of letters, digits, _ and -", TEXT_ARG(slot));
        return fault_field(fault, "slots");
    }
    if (row)
        *to = (struct kit_slot_query){ .clause = text_of(row->clause),
                                       .wider = row->wider ? text_of(row->wider) : (struct text){ 0 },
                                       .facts = text_of(row->facts) };
    else
        *to = (struct kit_slot_query){
            .clause = arena_printf(arena, "(class:%.*s or tag:%.*s)", TEXT_ARG(stem), TEXT_ARG(stem)),
            .facts = arena_printf(arena, "class=%.*s tag:%.*s", TEXT_ARG(stem), TEXT_ARG(stem)),
        };
    return ERR_OK;
}

/* ---- items ---- */

bool kit_slots_can_play(const struct item *item)
{
    const int32_t state = item->media.availability.value;

    return item->path.len && (state == ITEM_STATE_LOCAL || state == ITEM_STATE_EXTERNAL_ONLINE) &&
           item->media.kind.value == KIND_AUDIO && item->media.frames > 0;
}

const struct fact *kit_slots_fact(const struct item *item, const char *attribute)
{
    for (uint32_t i = 0; i < item->facts.count; i++)
        if (text_is(item->facts.at[i].attribute, attribute))
            return &item->facts.at[i];
    return NULL;
}

/* What a person said is certain. */
static bool has_tag(const struct item *item, struct text attribute)
{
    static const struct text prefix = TEXT("tag:");

    if (!text_starts(attribute, prefix))
        return false;
    for (uint32_t i = 0; i < item->media.tags.count; i++)
        if (text_equal_caseless(item->media.tags.at[i],
                                (struct text){ attribute.len - prefix.len, attribute.at + prefix.len }))
            return true;
    return false;
}

struct kit_known kit_slots_know(const struct item *item, struct text facts)
{
    struct kit_known known = { 0 };

    while (facts.len) {
        struct text value = text_cut(&facts, ' '), attribute = text_cut(&value, '=');
        if (has_tag(item, attribute))
            return (struct kit_known){ attribute, 1 };
        for (uint32_t i = 0; i < item->facts.count; i++) {
            const struct fact *fact = &item->facts.at[i];
            if (text_equal_caseless(fact->attribute, attribute) &&
                (!value.len || text_equal_caseless(fact->text, value)) && fact->confidence > known.confidence)
                known = (struct kit_known){ fact->has_text ? fact->text : fact->attribute, fact->confidence };
        }
    }
    return known;
}

static struct text say_why(struct arena *arena, struct text facts, const struct item *item)
{
    const struct kit_known known = kit_slots_know(item, facts);
    struct text why = TEXT("it matches");

    if (known.word.len)
        why = arena_printf(arena, "%.*s, confidence %.2f", TEXT_ARG(known.word), known.confidence);
    return item->media.pack.len ? arena_printf(arena, "%.*s, from %.*s", TEXT_ARG(why), TEXT_ARG(item->media.pack))
                                : why;
}

void kit_slots_fill(struct arena *arena, struct text facts, const struct item *item, struct kit_pick *to)
{
    const struct bytes content = item->media.content;
    const struct text kept = arena_text(arena, (struct text){ content.len, (const char *)content.at });

    to->has_media = true;
    to->media = item->media.id;
    to->name = arena_text(arena, item->media.name);
    to->content = (struct bytes){ kept.len, (const uint8_t *)kept.at };
    to->why = say_why(arena, facts, item);
}
