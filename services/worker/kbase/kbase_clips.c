/* kbase_clips.c: the clips of a project. The document names one column of them, `selection_regions`; how a clip names
 * its project, its fragment and its video differs between versions. */
#include "services/worker/kbase/kbase_clips.h"

#include <string.h>

#include "services/worker/kbase/kbase_json.h"

enum { REGIONS_MOST = 65536, REGIONS_OF_ALL = 1 << 20, NAME_MOST = 255, ALIAS_MOST = 60 };
enum { ID, NAME, REGIONS, SOURCE, COLUMNS };

#define OF_FRAGMENT "fragment frag frag_id fragment_id"
#define OF_PROJECT  "project project_id"
#define OF_SOURCE   "source source_id video video_id source_video_id"

/* Where a clip says what it is; NULL: nowhere. */
struct clip_columns {
    const struct kbase_table *clip, *fragment;
    const char *id, *name, *regions, *joins, *fragment_id; /* of clip, but fragment_id */
    const char *project, *source;                          /* as expressions */
};

static const char *choose_column(struct kbase_making *making, const struct clip_columns *c, const char *words)
{
    const char *own = kbase_column(c->clip, words), *other = c->joins ? kbase_column(c->fragment, words) : NULL;

    return own ? kbase_expression(making->arena, "c", own) : other ? kbase_expression(making->arena, "f", other) : NULL;
}

static struct clip_columns find_columns(struct kbase_making *making)
{
    struct clip_columns c = { .clip = kbase_table(&making->content->tables, "clip"),
                              .fragment = kbase_table(&making->content->tables, "fragment") };

    c.id = kbase_column(c.clip, "id clip_id " OF_FRAGMENT);
    c.name = kbase_column(c.clip, "name title label");
    c.regions = kbase_column(c.clip, "selection_regions");
    c.fragment_id = kbase_column(c.fragment, "id");
    c.joins = c.fragment_id ? kbase_column(c.clip, OF_FRAGMENT) : NULL;
    c.project = choose_column(making, &c, OF_PROJECT);
    c.source = choose_column(making, &c, OF_SOURCE);
    return c;
}

/* ---- a clip ---- */

struct clip_row {
    struct kbase_making *making;
    const struct clip_columns *columns;
    const struct base_rows *row;
    struct text id;
    struct tree ids;     /* an object: those of all clips */
    struct arena of_row; /* there may be millions of rows that are no clips */
    size_t regions;      /* bytes so far */
};

/* With its key and its name: the other columns are kept by their table. */
static void keep_regions(struct clip_row *at, const char *why)
{
    const struct clip_columns *c = at->columns;
    const char *const names[] = { c->id ? c->id : "rowid", c->name ? c->name : "name", "selection_regions" };

    kbase_note_row(&at->making->content->notes, "clip %.*s: %s", TEXT_ARG(at->id), why);
    kbase_rest_add(&at->making->rest, c->clip, at->row, 0, names, REGIONS + 1);
}

/* A text that is no JSON stays as it is: the service says so, and the clip has no regions. */
static void set_regions(struct clip_row *at, struct tree *clip)
{
    struct arena *arena = at->making->arena;
    const struct base_value value = base_get(at->row, REGIONS);
    struct tree regions;
    struct text text;

    if (value.type == BASE_NULL)
        return;
    if (value.type != BASE_TEXT || !text_is_utf8(value.bytes) || memchr(value.bytes.at, 0, value.bytes.len)) {
        keep_regions(at, "its selection_regions are no text; they are kept beside it");
        return;
    }
    at->regions += value.bytes.len;
    if (value.bytes.len > REGIONS_MOST || at->regions > REGIONS_OF_ALL) {
        keep_regions(at, "its selection_regions are too long; they are kept beside it");
        return;
    }
    text = arena_text(arena, value.bytes);
    if (kbase_json_read(text, arena, &at->making->values, &regions))
        tree_set(clip, arena, "selection_regions", regions);
    else {
        kbase_note_row(&at->making->content->notes,
                       "clip %.*s: its selection_regions are no JSON object, or too deep; the text is kept",
                       TEXT_ARG(at->id));
        tree_set(clip, arena, "selection_regions", tree_of_text(text));
    }
}

/* They count frames of the video, as loops do. */
static void set_rate(struct clip_row *at, struct tree *clip, uint32_t place)
{
    const double rate = at->making->sources.rates[place];

    if (tree_get(clip, "selection_regions"))
        tree_set(clip, at->making->arena, "selection_regions_rate", tree_of_real(rate >= 1 ? rate : KBASE_RATE_USUAL));
}

static void set_source(struct clip_row *at, struct tree *clip)
{
    const struct base_value value = base_get(at->row, SOURCE);
    const uint32_t place = value.type == BASE_NULL ? KBASE_SOURCES : kbase_source_add(&at->making->sources, &value);

    if (place < KBASE_SOURCES) {
        tree_set(clip, at->making->arena, "item", tree_of_text(at->making->sources.found.at[place].alias));
        set_rate(at, clip, place);
    } else if (value.type != BASE_NULL)
        kbase_note_row(&at->making->content->notes, "clip %.*s: its source is no id", TEXT_ARG(at->id));
}

static void set_name(struct clip_row *at, struct tree *clip)
{
    const struct base_value value = base_get(at->row, NAME);
    struct text name = kbase_name(at->making->arena, &value, NAME_MOST);

    if (name.len == 0 && value.type != BASE_NULL)
        kbase_note_row(&at->making->content->notes, "clip %.*s: its name is no text", TEXT_ARG(at->id));
    if (name.len == 0)
        name = arena_printf(at->making->arena, "Clip %.*s", TEXT_ARG(at->id));
    tree_set(clip, at->making->arena, "name", tree_of_text(name));
}

static void add_clip(struct clip_row *at, struct tree *list)
{
    struct arena *arena = at->making->arena;
    const struct base_value id = base_get(at->row, ID);
    struct tree clip = { .type = TREE_OBJECT };

    arena_reset(&at->of_row);
    at->id = kbase_name(&at->of_row, &id, ALIAS_MOST);
    if (at->id.len == 0) {
        at->id = TEXT("without an id");
        keep_regions(at, "the row is kept as text");
        return;
    }
    if (tree_get_text(&at->ids, at->id)) {
        keep_regions(at, "another row has its id already; this one is kept as text");
        return;
    }
    at->id = arena_text(arena, at->id);
    tree_set_text(&at->ids, arena, at->id, tree_of_bool(true));
    tree_set(&clip, arena, "id", tree_of_text(arena_printf(arena, "k:%.*s", TEXT_ARG(at->id))));
    set_name(at, &clip);
    set_regions(at, &clip);
    set_source(at, &clip);
    tree_add(list, arena, clip);
}

/* ---- all ---- */

static enum err ask_clips(struct kbase_making *making, const struct clip_columns *c, struct base_rows **rows,
                          struct fault *fault)
{
    struct arena *arena = making->arena;
    struct buffer join = { 0 }, where = { 0 };
    enum err e;

    if (c->joins)
        buffer_printf(&join, " LEFT JOIN fragment AS f ON %s = %s", kbase_expression(arena, "f", c->fragment_id),
                      kbase_expression(arena, "c", c->joins));
    if (c->project)
        buffer_printf(&where, " WHERE %s = ?1", c->project);
    e = base_ask(making->content->base, rows, fault, "SELECT %s,%s,%s,%s FROM clip AS c NOT INDEXED%s%s",
                 c->id ? kbase_expression(arena, "c", c->id) : "c.rowid", kbase_expression(arena, "c", c->name),
                 kbase_expression(arena, "c", c->regions), c->source ? c->source : "NULL", buffer_c(&join),
                 buffer_c(&where));
    buffer_free(&join);
    buffer_free(&where);
    if (*rows && c->project)
        base_bind(*rows, making->project);
    return e;
}

struct tree kbase_clips_read(struct kbase_making *making)
{
    const struct clip_columns columns = find_columns(making);
    struct clip_row at = { .making = making, .columns = &columns, .ids.type = TREE_OBJECT };
    struct tree list = { .type = TREE_LIST };
    struct base_rows *rows = NULL;
    struct fault why = { 0 };
    bool has = true;
    enum err e;

    if (!columns.clip)
        return list;
    if (!columns.project && making->content->projects.count > 1) {
        kbase_note(&making->content->notes,
                   "clip: nothing says to which project a clip belongs; the rows are kept as text");
        making->rest.has_no_clips = true;
        return list;
    }
    e = ask_clips(making, &columns, &rows, &why);
    for (at.row = rows; e == ERR_OK && list.count + making->sources.found.count < KBASE_CLIPS &&
                        (e = base_next(rows, &has, &why)) == ERR_OK && has;)
        add_clip(&at, &list);
    if (e == ERR_OK && has && base_next(rows, &has, &why) == ERR_OK && has)
        kbase_note(&making->content->notes,
                   "clip: the project has more than %d clips and sources; clips after clip %.*s are left out",
                   KBASE_CLIPS, TEXT_ARG(at.id));
    if (e != ERR_OK)
        kbase_note(&making->content->notes, "clip: the clips could be read in part only: %s", why.what);
    making->is_spent = making->is_spent || (e != ERR_OK && base_is_spent(making->content->base));
    base_end(rows);
    arena_free(&at.of_row);
    return list;
}
