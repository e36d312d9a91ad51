#include "services/search/search_kit_signs.h"

#include "common/musical_key.h"
#include "common/naming/fold.h"
#include "services/search/index/index_keep.h"
#include "services/search/kit/signs.h"
#include "services/search/query/together.h"
#include "services/search/search_page.h"
#include "store/layouts.h"
#include "store/uses.h"

enum {
    ANCHORS_MOST = 8,  /* sounds of the project with which others were used */
    NAME_MOST = 64,    /* bytes of such a name in a reason, which has room for 1,024 */
    USES_MOST = 20000, /* that are read of all contexts */
    LAYOUTS_MOST = 256 /* slots of layouts that are read */
};

struct signing {
    struct request *request;
    struct txn *txn;
    const struct search_pick_kit *ask;
    struct kit_signs *to;
    struct id anchors[ANCHORS_MOST];
    uint32_t anchor_count, uses, slots;
    struct bitmap *used;
    enum err e;
};

/* ---- saying it ---- */

static struct text say_text(const struct kit_sign *sign, struct arena *arena, uint32_t row)
{
    (void)arena;
    (void)row;
    return sign->text;
}

/* With the number of contexts here, or of studios of the community. */
static struct text say_counts(const struct kit_sign *sign, struct arena *arena, uint32_t row)
{
    const struct together_item *item = together_of(sign->of, row);
    const uint64_t count = item && item->both ? item->both : item ? item->studios : 0;

    return count ? arena_printf(arena, "%.*s in %llu %s%s", TEXT_ARG(sign->text), (unsigned long long)count,
                                item->both ? "context" : "studio", count == 1 ? "" : "s")
                 : sign->text;
}

/* ---- rows ---- */

static void add_query(struct signing *s, struct text query, struct text text,
                      struct text (*say)(const struct kit_sign *, struct arena *, uint32_t))
{
    struct kit_sign sign = { .text = text, .say = say };
    struct node *root = NULL;

    if (s->e == ERR_OK)
        s->e = search_rows(s->request, query, &root, &sign.rows);
    sign.of = root;
    if (s->e == ERR_OK && sign.rows)
        kit_signs_add(s->to, sign);
}

/* A word that a query can have in quotes. */
static bool is_quotable(struct text word)
{
    for (uint32_t i = 0; i < word.len; i++)
        if (word.at[i] == '"')
            return false;
    return word.len > 0;
}

static void add_common(struct signing *s, struct text word)
{
    struct arena *arena = s->request->arena;

    if (is_quotable(word))
        add_query(s, arena_printf(arena, "for:\"%.*s\"", TEXT_ARG(word)),
                  arena_printf(arena, "used for %.*s", TEXT_ARG(word)), say_counts);
}

/* ---- the project ---- */

/* Of the uses of a project, those of its clips have a track; its pads may have the sounds of another kit. */
static bool take_anchor(void *state, const struct use *use)
{
    struct signing *s = state;
    const struct text section = s->ask->has_section ? s->ask->section : TEXT("");

    if (use->ended || !use->has_track || (section.len && !text_equal_caseless(use->section, section)))
        return true;
    if (s->anchor_count == 0 || !id_equal(s->anchors[s->anchor_count - 1], use->media))
        s->anchors[s->anchor_count++] = use->media;
    return s->anchor_count < ANCHORS_MOST;
}

static void add_anchors(struct signing *s)
{
    struct arena *arena = s->request->arena;
    char id[ID_TEXT_SIZE];

    if (s->e != ERR_OK || !s->ask->has_context)
        return;
    s->e = uses_each(s->txn, arena, s->ask->context, take_anchor, s);
    for (uint32_t i = 0; i < s->anchor_count; i++) {
        struct media media;
        struct text name;
        if (catalogue_media(s->txn, arena, s->anchors[i], &media) != ERR_OK)
            continue;
        name = arena_utf8(arena, bytes_of(media.name.at, media.name.len), NAME_MOST);
        add_query(s, arena_printf(arena, "with:%s", id_write(media.id, id)),
                  arena_printf(arena, "used with %.*s", TEXT_ARG(name)), say_counts);
    }
}

/* The words by which the roles of a family are known; the first one is usual. */
static const char *const family_roles[][4] = {
    [KIT_FAMILY_DRUM] = { "drums", "percussion" },
    [KIT_FAMILY_VOCAL] = { "vocal", "voice", "choir" },
    [KIT_FAMILY_TEXTURE] = { "pad", "texture", "fx" },
};

static bool is_of_family(int32_t family, struct text folded)
{
    for (int i = 0; i < 4 && family_roles[family][i]; i++)
        if (text_starts(folded, text_of(family_roles[family][i])))
            return true;
    return false;
}

/* The roles of the project's tracks that are the family's; without such, the usual one. */
static void add_roles(struct signing *s)
{
    const int32_t family = s->ask->family.value;
    bool has_any = false;

    for (uint32_t i = 0; s->ask->has_roles && i < s->ask->roles.count; i++)
        if (is_of_family(family, fold_text(s->request->arena, s->ask->roles.at[i]))) {
            add_common(s, s->ask->roles.at[i]);
            has_any = true;
        }
    if (!has_any)
        add_common(s, text_of(family_roles[family][0]));
}

static void add_tempo(struct signing *s)
{
    struct arena *arena = s->request->arena;

    if (s->ask->has_tempo)
        add_query(s, arena_printf(arena, "bpm:~%.2f", s->ask->tempo),
                  arena_printf(arena, "its tempo fits %.4g", s->ask->tempo), say_text);
}

/* ---- what a person used ---- */

static bool add_used(void *state, const struct use *use)
{
    struct signing *s = state;
    uint32_t row;

    if (!uses_is_of_kit(use) && index_find(&s->request->search->index, use->media, &row))
        bitmap_add(s->used, row);
    return ++s->uses < USES_MOST;
}

/* But not by kits: a sound would be in further kits because it was in one. */
static void add_history(struct signing *s)
{
    struct walk walk;

    s->used = bitmap_new();
    if (s->e == ERR_OK)
        s->e = walk_begin(s->txn, DB_CONTEXT, (struct bytes){ 0 }, (struct bytes){ 0 }, &walk);
    if (s->e != ERR_OK) {
        bitmap_free(s->used);
        return;
    }
    while (s->uses < USES_MOST && walk_next(&walk)) {
        struct context context;
        if (row_decode(s->txn, s->request->arena, walk.value, &context_shape, &context) == ERR_OK &&
            context.kind.value != CONTEXT_KIND_KIT)
            (void)uses_each_place(s->txn, context.id, add_used, s);
    }
    walk_end(&walk);
    kit_signs_add(s->to, (struct kit_sign){ .rows = s->used, .say = say_text, .text = TEXT("used before") });
}

/* ---- tags, and the community's layouts ---- */

static void join_said(struct bitmap *to, struct bitmap *more)
{
    bitmap_or(to, more);
    bitmap_free(more);
}

struct bitmap *search_kit_rows_said(struct request *request, struct text word, bool with_families)
{
    struct index *index = &request->search->index;
    const struct text folded = fold_text(request->arena, word);
    struct bitmap *rows = index_valued(index, TERM_TAG, folded, NULL);

    join_said(rows, index_valued(index, TERM_GENRE, folded, NULL));
    join_said(rows, index_valued(index, TERM_CLASS, folded, NULL));
    if (with_families)
        join_said(rows, index_valued(index, TERM_FAMILY, folded, NULL));
    return rows;
}

struct bitmap *search_kit_rows_with(struct request *request, const struct text_list *words, bool with_families)
{
    struct bitmap *rows = words->count ? bitmap_new() : NULL;

    for (uint32_t i = 0; i < words->count; i++)
        join_said(rows, search_kit_rows_said(request, words->at[i], with_families));
    return rows;
}

static void add_tags(struct signing *s)
{
    struct arena *arena = s->request->arena;

    for (uint32_t i = 0; s->ask->has_tags && i < s->ask->tags.count; i++)
        kit_signs_add(s->to,
                      (struct kit_sign){ .rows = search_kit_rows_said(s->request, s->ask->tags.at[i], false),
                                         .say = say_text,
                                         .text = arena_printf(arena, "it is %.*s", TEXT_ARG(s->ask->tags.at[i])) });
}

static bool add_layout(void *state, const struct lesson *lesson)
{
    struct signing *s = state;
    struct index *index = &s->request->search->index;
    struct arena *arena = s->request->arena;
    struct layout_slot slot = { 0 };
    struct bitmap *rows;

    if (layouts_read(lesson, arena, &slot) && slot.class.len && slot.tags.count) {
        rows = index_valued(index, TERM_CLASS, fold_text(arena, slot.class), NULL);
        for (uint32_t i = 0; i < slot.tags.count; i++) {
            struct bitmap *tagged = index_valued(index, TERM_TAG, fold_text(arena, slot.tags.at[i]), NULL);
            bitmap_and(rows, tagged);
            bitmap_free(tagged);
        }
        kit_signs_add(s->to, (struct kit_sign){ .rows = rows,
                                                .say = say_text,
                                                .text = arena_printf(arena, "as in the community's layout %.*s",
                                                                     TEXT_ARG(slot.layout)) });
    }
    return ++s->slots < LAYOUTS_MOST;
}

/* ---- sections ---- */

static bool is_section(const struct signing *s, struct text folded)
{
    for (uint32_t i = 0; s->ask->has_sections && i < s->ask->sections.count; i++)
        if (text_equal(fold_text(s->request->arena, s->ask->sections.at[i]), folded))
            return true;
    return false;
}

static bool is_used(struct signing *s, struct text folded)
{
    struct bitmap *rows = index_valued(&s->request->search->index, TERM_SECTION, folded, NULL);
    const bool is = bitmap_count(rows) > 0;

    bitmap_free(rows);
    return is;
}

static struct text list_section(struct arena *arena, struct text names, struct text name)
{
    return names.len ? arena_printf(arena, "%.*s, %.*s", TEXT_ARG(names), TEXT_ARG(name)) : name;
}

/* Those of the project, then others in which sounds were used. */
static struct text name_sections(const struct signing *s)
{
    enum { NAMES = 12 };
    struct terms *terms = &s->request->search->index.terms;
    struct arena *arena = s->request->arena;
    char key[TERM_LONGEST];
    const struct term_range range = terms_starting(terms, terms_start(key, TERM_SECTION, TEXT("")));
    struct text names = { 0 };
    uint32_t count = 0;

    for (uint32_t i = 0; s->ask->has_sections && i < s->ask->sections.count && count < NAMES; i++, count++)
        names = list_section(arena, names, s->ask->sections.at[i]);
    for (uint32_t i = 0; i < range.count && count < NAMES; i++) {
        const struct text value = terms_value(terms, range.at[i]);
        if (terms_posting(terms, range.at[i])->count && !is_section(s, fold_text(arena, value))) {
            names = list_section(arena, names, value);
            count++;
        }
    }
    return names;
}

static enum err check_section(struct signing *s)
{
    struct fault *fault = s->request->fault;
    const struct text section = s->ask->section, folded = fold_text(s->request->arena, section);
    struct text names;

    if (!s->ask->has_section || !section.len || is_section(s, folded) || is_used(s, folded))
        return ERR_OK;
    names = name_sections(s);
    fault_set(fault, ERR_BAD_REQUEST, "section \"%.*s\" is unknown", TEXT_ARG(section));
    fault_field(fault, "section");
    return names.len ? fault_hint(fault, "there are: %.*s", TEXT_ARG(names))
                     : fault_hint(fault, "the project has no sections, and no sound was used in one");
}

/* ---- all ---- */

enum err search_kit_find_signs(struct request *request, struct txn *txn, const struct search_pick_kit *ask, int key,
                               struct kit_signs *to)
{
    struct arena *arena = request->arena;
    struct signing s = { .request = request, .txn = txn, .ask = ask, .to = to };

    s.e = check_section(&s);
    add_query(&s, TEXT("is:favourite"), TEXT("a favourite"), say_text);
    add_query(&s, TEXT("rating:>=4"), TEXT("rated 4 or 5"), say_text);
    if (ask->has_section)
        add_common(&s, ask->section);
    add_anchors(&s);
    add_roles(&s);
    add_tempo(&s);
    if (key >= 0)
        add_query(&s, arena_printf(arena, "key:~%s", musical_key_name(key)),
                  arena_printf(arena, "its key goes with %s", musical_key_name(key)), say_text);
    add_history(&s);
    add_tags(&s);
    if (s.e == ERR_OK)
        s.e = community_each(txn, arena, LESSON_KIND_SLOT, (struct bytes){ 0 }, add_layout, &s);
    return s.e;
}
