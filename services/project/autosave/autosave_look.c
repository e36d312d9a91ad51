#include "services/project/autosave/autosave_look.h"

#include "common/hash.h"
#include "common/shared/in_hand.h"
#include "proto/wire/json_bounds.h"
#include "services/project/autosave/autosave_differs.h"
#include "services/project/autosave/autosave_summary.h"
#include "services/project/parts/document.h"
#include "services/project/parts/document_read.h"

enum { LOOKED_MOST = 16 };

void autosave_offer_free(struct autosave_offer *offer)
{
    arena_free(&offer->arena);
    *offer = (struct autosave_offer){ .saved = 0 };
}

struct text autosave_prompt(const struct autosave_offer *offer, struct text name, struct arena *arena)
{
    return autosave_layout_prompt(&offer->set, name, arena);
}

bool autosave_is_answered(const struct tree *answered, const char *content)
{
    for (uint32_t i = 0; answered && answered->type == TREE_LIST && i < answered->count; i++)
        if (answered->members[i].value.type == TREE_TEXT && text_is(answered->members[i].value.text, content))
            return true;
    return false;
}

static const char *folder_of(struct id project, char to[64])
{
    char id[ID_TEXT_SIZE];

    return set_files_folder(text_of(id_write(project, id)), to);
}

/* ---- one set ---- */

static bool read_layout(struct beneath *in, const char *folder, const struct set_name *set, struct arena *arena,
                        struct autosave_layout *to)
{
    struct buffer bytes = { 0 };
    struct fault unused = { 0 };
    const bool is_read = set_files_read(in, folder, set, SET_LAYOUT, &bytes, &unused) == ERR_OK &&
                         autosave_layout_read(arena_bytes(arena, buffer_bytes(&bytes)), arena, to);

    buffer_free(&bytes);
    return is_read;
}

/* A layout of another program may lack the digest. */
static bool has_its_digest(const struct autosave_layout *layout, struct bytes snapshot)
{
    char hex[33];

    return !layout->digest.len || text_is(layout->digest, hash_hex(hash_of(snapshot.at, snapshot.len), 32, hex));
}

static enum err read_snapshot(struct beneath *in, struct id project, const struct set_name *set, struct buffer *to,
                              struct fault *fault)
{
    struct autosave_layout layout;
    struct arena arena = { 0 };
    char folder[64], stem[SET_STEM_SIZE];
    enum err e;

    if (!read_layout(in, folder_of(project, folder), set, &arena, &layout))
        e = fault_set(fault, ERR_NOT_FOUND, "the autosave %s has no layout that can be read",
                      set_stem_write(set, stem));
    else if ((e = set_files_read(in, folder, set, SET_SNAPSHOT, to, fault)) == ERR_OK &&
             !has_its_digest(&layout, buffer_bytes(to)))
        e = fault_set(fault, ERR_BAD_REQUEST, "the autosave %s is damaged", set_stem_write(set, stem));
    arena_free(&arena);
    return e;
}

static enum err parse_snapshot(struct text text, struct id project, struct document *to, char content[33],
                               struct fault *fault)
{
    struct element_list parts, others;
    struct tree document;
    struct id id;
    enum err e = json_check_bounds(text, JSON_VALUES_FILE, fault);

    if (e == ERR_OK)
        e = tree_read(text, &to->arena, &to->tree, fault);
    if (e == ERR_OK)
        e = document_read(&to->tree, &project, NULL, &to->arena, &id, &parts, fault);
    if (e != ERR_OK)
        return e;
    others = (struct element_list){ parts.count - 1, parts.at + 1 };
    document_make(&to->arena, &parts.at[0], &others, &document);
    text_copy(content, 33, document_hash(&document, &to->arena));
    return ERR_OK;
}

enum err autosave_read_set(struct beneath *in, struct in_hand *hand, struct id project, const struct set_name *set,
                           struct document *to, char content[33], struct fault *fault)
{
    struct file_in_hand reading;
    struct buffer bytes = { 0 };
    enum err e = read_snapshot(in, project, set, &bytes, fault);

    *to = (struct document){ .key = 0 };
    if (e == ERR_OK)
        e = file_take_in_hand(&reading, hand, "an autosave", buffer_bytes(&bytes), fault);
    if (e == ERR_OK) {
        to->key = in_hand_key(bytes.at, bytes.len);
        e = parse_snapshot((struct text){ (uint32_t)bytes.len, (const char *)bytes.at }, project, to, content, fault);
        file_lay_down(&reading);
    }
    buffer_free(&bytes);
    if (e != ERR_OK)
        arena_free(&to->arena);
    return e;
}

/* ---- all of them ---- */

/* The store has its state, or a later one. */
static bool is_own(const struct autosave_look *look, const struct autosave_layout *layout, const struct set_name *set)
{
    return id_equal(layout->catalogue, look->catalogue) && set->mutation <= look->head && layout->content.len == 32;
}

static bool take_own(struct autosave_look *look, const struct autosave_layout *layout, const struct set_name *set)
{
    struct buffer bytes = { 0 };
    struct fault unused = { 0 };

    if (look->has_newest)
        return true;
    look->has_newest = read_snapshot(look->in, look->project, set, &bytes, &unused) == ERR_OK;
    buffer_free(&bytes);
    if (!look->has_newest)
        return false;
    look->newest = *set;
    text_copy(look->newest_content, sizeof(look->newest_content), layout->content);
    look->newest_manifest = layout->manifest;
    return true;
}

/* It is as new as the save, and tells a person something. */
static bool is_news(const struct autosave_look *look, const struct autosave_layout *layout, const char *content,
                    const struct tree *document)
{
    return (layout->lacks_saved || layout->saved >= look->saved) && strcmp(content, look->content) != 0 &&
           !text_is(look->save_content, content) && !autosave_is_answered(look->answered, content) &&
           !(autosave_is_empty(document) && look->saved == 0);
}

void autosave_offer_manifest(struct autosave_offer *offer, const struct autosave_manifest *from)
{
    struct autosave_manifest kept = { .sha256 = arena_text(&offer->arena, from->sha256), .count = from->count };

    kept.assets.at = arena_array(&offer->arena, from->assets.count, sizeof(*from->assets.at));
    for (uint32_t i = 0; i < from->assets.count; i++)
        kept.assets.at[kept.assets.count++] = arena_text(&offer->arena, from->assets.at[i]);
    offer->manifest = kept;
}

static bool take_foreign(struct autosave_look *look, const struct autosave_layout *layout, const struct set_name *set)
{
    struct autosave_offer *offer = &look->offer;
    struct document document;
    struct fault unused = { 0 };
    char content[33];

    if (look->has_foreign)
        return true;
    if (autosave_read_set(look->in, look->hand, look->project, set, &document, content, &unused) != ERR_OK)
        return false;
    look->has_foreign = true; /* an older one is not offered in its place */
    if (is_news(look, layout, content, &document.tree)) {
        *offer = (struct autosave_offer){ .set = *set, .is_elsewhere = true, .saved = look->saved };
        offer->damaged = look->damaged;
        memcpy(offer->content, content, sizeof(offer->content));
        offer->differs = autosave_differs(&document.tree, look->save, &document.arena);
        offer->arena = document.arena;
        document.arena = (struct arena){ 0 };
        autosave_offer_manifest(offer, &layout->manifest);
        look->has_offer = true;
    }
    arena_free(&document.arena);
    return true;
}

/* False: it is damaged. */
static bool look_at_set(struct autosave_look *look, const char *folder, const struct set_name *set)
{
    struct autosave_layout layout;

    if (!read_layout(look->in, folder, set, &look->arena, &layout))
        return false;
    if (!id_is_zero(layout.project) && !id_equal(layout.project, look->project))
        return false;
    return is_own(look, &layout, set) ? take_own(look, &layout, set) : take_foreign(look, &layout, set);
}

void autosave_look(struct autosave_look *look)
{
    struct set_list list;
    char folder[64];

    set_files_list(look->in, folder_of(look->project, folder), clock_now(), &list);
    for (uint32_t i = 0; i < list.count && i < LOOKED_MOST && errand_goes_on(look->errand); i++)
        if (!look_at_set(look, folder, &list.at[i]))
            look->damaged++;
}
