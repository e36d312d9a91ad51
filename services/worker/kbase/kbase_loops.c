#include "services/worker/kbase/kbase_loops.h"

#include <math.h>
#include <string.h>

#include "services/worker/kbase/kbase_json.h"

enum { FKEY_FIRST = 1073741882, FKEY_LAST = 1073741893, ACTIONS_MOST = 65536, CONTEXT_MOST = 65536, ROWS_MOST = 64 };

static const double frames_most = 1099511627776.0;
static const char *const columns[] = { "project", "fkey",  "music_context_json", "actions", "duration",
                                       "volume",  "locked" };
enum { PROJECT, FKEY, CONTEXT, ACTIONS, DURATION, VOLUME, LOCKED, COLUMNS };

/* A row and its name, for notes. */
struct loop_row {
    struct kbase_making *making;
    const struct kbase_table *table;
    const struct base_rows *row;
    struct text name;
    uint32_t wrong; /* rows so far that are no loops */
};

static struct base_value column_of(const struct loop_row *at, int column)
{
    return base_get(at->row, column);
}

static void note_row(const struct loop_row *at, const char *what)
{
    kbase_note_row(&at->making->content->notes, "f_track, project %lld, fkey %.*s: %s", (long long)at->making->project,
                   TEXT_ARG(at->name), what);
}

static bool is_number_within(const struct base_value *value, double least, double most)
{
    return (value->type == BASE_WHOLE || value->type == BASE_REAL) && value->real >= least && value->real <= most;
}

static bool is_plain_text(const struct base_value *value, uint32_t most)
{
    return value->type == BASE_TEXT && value->bytes.len <= most && text_is_utf8(value->bytes) &&
           !memchr(value->bytes.at, 0, value->bytes.len);
}

/* ---- the music context ---- */

static double find_rate(const struct loop_row *at, const struct tree *context, uint32_t place)
{
    double rate = tree_real(context, "rate", tree_real(context, "fps", 0));

    if (!(rate >= 1 && rate <= 1e6))
        rate = at->making->sources.rates[place];
    if (rate >= 1)
        return rate;
    note_row(at, "the database does not say how many frames a second its video has: 30 are assumed");
    return KBASE_RATE_USUAL;
}

static bool is_frame(const struct tree *value, double least)
{
    return value && (value->type == TREE_WHOLE || value->type == TREE_REAL) && value->real >= least &&
           value->real <= frames_most && floor(value->real) == value->real;
}

static struct base_value make_value(const struct tree *tree)
{
    struct base_value value = { 0 };

    if (tree && tree->type == TREE_WHOLE)
        value = (struct base_value){ .type = BASE_WHOLE, .whole = tree->whole, .real = tree->real };
    if (tree && tree->type == TREE_TEXT)
        value = (struct base_value){ .type = BASE_TEXT, .bytes = tree->text };
    return value;
}

static bool read_context(const struct loop_row *at, struct text text, struct tree *to)
{
    struct arena *arena = at->making->arena;
    const struct tree *start, *end;
    struct base_value source;
    uint32_t place;

    if (!kbase_json_read(text, arena, &at->making->values, to))
        return false;
    start = tree_get(to, "start_frame");
    end = tree_get(to, "end_frame");
    source = make_value(tree_get(to, "source_video_id"));
    if (!is_frame(start, 0) || !is_frame(end, start->real + 1))
        return false;
    place = kbase_source_add(&at->making->sources, &source);
    if (place == KBASE_SOURCES)
        return false;
    tree_set(to, arena, "rate", tree_of_real(find_rate(at, to, place)));
    tree_set(to, arena, "source_video_id", tree_of_text(at->making->sources.found.at[place].alias));
    return true;
}

static void set_context(const struct loop_row *at, struct tree *loop)
{
    const struct base_value value = column_of(at, CONTEXT);
    struct arena *arena = at->making->arena;
    struct tree context = { .type = TREE_NULL };

    if (value.type == BASE_NULL) {
        tree_set(loop, arena, "music_context", context);
        return;
    }
    const bool is_text = is_plain_text(&value, CONTEXT_MOST);
    const struct text text = is_text ? arena_text(arena, value.bytes) : (struct text){ 0 };
    if (!is_text || !read_context(at, text, &context)) {
        note_row(at, "its music context cannot be read, and is kept as it is");
        context = (struct tree){ .type = TREE_NULL };
        if (is_text)
            tree_set(loop, arena, "music_context_json", tree_of_text(text));
        else
            kbase_rest_add(&at->making->rest, at->table, at->row, 0, columns, CONTEXT + 1);
    }
    tree_set(loop, arena, "music_context", context);
}

/* ---- a loop ---- */

/* Why a row is no loop; NULL: it is one. */
static const char *find_wrong(const struct loop_row *at)
{
    const struct base_value fkey = column_of(at, FKEY), actions = column_of(at, ACTIONS),
                            duration = column_of(at, DURATION);

    if (fkey.type != BASE_WHOLE || fkey.whole < FKEY_FIRST || fkey.whole > FKEY_LAST)
        return "the key is none of F1 to F12; the row is kept as text";
    if (!is_plain_text(&actions, ACTIONS_MOST))
        return "its actions are no text of at most 65,536 bytes; the row is kept as text";
    if (!is_number_within(&duration, 0, 1e6))
        return "its duration is no number of seconds; the row is kept as text";
    return NULL;
}

static double volume_of(const struct loop_row *at)
{
    const struct base_value value = column_of(at, VOLUME);

    if (is_number_within(&value, 0, 8))
        return value.real;
    if (value.type != BASE_NULL)
        note_row(at, "its volume is no number from 0 to 8: it gets 0.5");
    return 0.5;
}

static bool is_locked(const struct loop_row *at)
{
    const struct base_value value = column_of(at, LOCKED);

    if (value.type != BASE_NULL && !(value.type == BASE_WHOLE && (value.whole == 0 || value.whole == 1)))
        note_row(at, "its lock is neither 0 nor 1: any other value locks it");
    return value.type == BASE_WHOLE || value.type == BASE_REAL ? value.real != 0 : value.type != BASE_NULL;
}

static struct tree make_loop(const struct loop_row *at)
{
    struct arena *arena = at->making->arena;
    struct tree loop = { .type = TREE_OBJECT };

    tree_set(&loop, arena, "fkey", tree_of_whole(column_of(at, FKEY).whole));
    tree_set(&loop, arena, "actions", tree_of_text(arena_text(arena, column_of(at, ACTIONS).bytes)));
    tree_set(&loop, arena, "duration", tree_of_real(column_of(at, DURATION).real));
    tree_set(&loop, arena, "volume", tree_of_real(volume_of(at)));
    tree_set(&loop, arena, "locked", tree_of_bool(is_locked(at)));
    set_context(at, &loop);
    return loop;
}

static void add_loop(struct loop_row *at, struct tree *list, bool seen[FKEY_LAST - FKEY_FIRST + 1])
{
    const struct base_value fkey = column_of(at, FKEY);
    const char *wrong = find_wrong(at);

    if (!wrong && seen[fkey.whole - FKEY_FIRST])
        wrong = "the key has a loop already; the row is kept as text";
    if (wrong && ++at->wrong > ROWS_MOST)
        return;
    at->name = kbase_name(at->making->arena, &fkey, 40);
    if (wrong) {
        note_row(at, wrong);
        kbase_rest_add(&at->making->rest, at->table, at->row, 0, columns, COLUMNS);
        return;
    }
    seen[fkey.whole - FKEY_FIRST] = true;
    tree_add(list, at->making->arena, make_loop(at));
}

static void end_rows(const struct loop_row *at, enum err e, const struct fault *why)
{
    struct kbase_making *making = at->making;

    if (at->wrong > ROWS_MOST)
        kbase_note(&making->content->notes,
                   "f_track, project %lld: more than %d rows are no loops; the further ones are left out",
                   (long long)making->project, ROWS_MOST);
    if (e != ERR_OK)
        kbase_note(&making->content->notes, "f_track, project %lld: the loops could be read in part only: %s",
                   (long long)making->project, why->what);
    making->is_spent = making->is_spent || (e != ERR_OK && base_is_spent(making->content->base));
}

/* Two queries: rows that are no loops, of which there may be millions, hide none that is one. */
static void read_rows(struct kbase_making *making, const struct kbase_table *table, const char *which, int most,
                      struct tree *list, bool *seen)
{
    struct loop_row at = { .making = making, .table = table };
    struct base_rows *rows = NULL;
    struct fault why = { 0 };
    struct buffer names = { 0 };
    bool has = true;
    enum err e;

    for (int i = 0; i < COLUMNS; i++)
        buffer_printf(&names, "%s%s", i ? "," : "",
                      kbase_expression(making->arena, "t", kbase_column(table, columns[i])));
    e = base_ask(making->content->base, &rows, &why,
                 "SELECT %s FROM f_track AS t NOT INDEXED WHERE project = ?1 AND (%s BETWEEN %d AND %d) LIMIT %d",
                 buffer_c(&names), which, FKEY_FIRST, FKEY_LAST, most);
    if (rows)
        base_bind(rows, making->project);
    for (at.row = rows; e == ERR_OK && (e = base_next(rows, &has, &why)) == ERR_OK && has;)
        add_loop(&at, list, seen);
    end_rows(&at, e, &why);
    base_end(rows);
    buffer_free(&names);
}

struct tree kbase_loops_read(struct kbase_making *making)
{
    const struct kbase_table *table = kbase_table(&making->content->tables, "f_track");
    struct tree list = { .type = TREE_LIST };
    bool seen[FKEY_LAST - FKEY_FIRST + 1] = { 0 };

    if (!table)
        return list;
    if (!kbase_column(table, "project") || !kbase_column(table, "fkey")) {
        kbase_note(&making->content->notes,
                   "f_track has no column project or fkey: there are no loops, and its rows are kept as text");
        making->rest.has_no_loops = true;
        return list;
    }
    read_rows(making, table, "fkey", -1, &list, seen);
    read_rows(making, table, "fkey IS NULL OR fkey NOT", ROWS_MOST + 1, &list, seen);
    return list;
}
