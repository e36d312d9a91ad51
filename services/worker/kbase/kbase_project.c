#include "services/worker/kbase/kbase_project.h"

#include "services/worker/kbase/kbase_clips.h"
#include "services/worker/kbase/kbase_loops.h"

enum { CREATION_MOST = 60 };

/* When the project was made, as the database says it: two databases may both have a project 1 "Untitled". */
static struct text find_creation(struct kbase_making *making)
{
    const struct kbase_table *table = kbase_table(&making->content->tables, "project");
    const char *column = kbase_column(table, "created created_at creation_time creation_date"),
               *id = kbase_column(table, "id");
    struct base_rows *rows = NULL;
    struct base_value value = { 0 };
    struct fault unused = { 0 };
    struct text to = { 0 };
    bool has = false;

    if (column && id &&
        base_ask(making->content->base, &rows, &unused, "SELECT %s FROM \"%w\" AS p NOT INDEXED WHERE %s = ?1 LIMIT 1",
                 kbase_expression(making->arena, "p", column), table->name,
                 kbase_expression(making->arena, "p", id)) == ERR_OK)
        base_bind(rows, making->project);
    if (rows && base_next(rows, &has, &unused) == ERR_OK && has)
        value = base_get(rows, 0);
    to = value.type == BASE_REAL ? arena_printf(making->arena, "%.17g", value.real)
                                 : kbase_name(making->arena, &value, CREATION_MOST);
    base_end(rows);
    return to;
}

/* By this id the service knows the project at the next import. */
static struct tree project_of(struct kbase_making *making, const struct kbase_project *project)
{
    struct tree to = { .type = TREE_OBJECT };
    const struct text creation = find_creation(making);

    tree_set(&to, making->arena, "id",
             tree_of_text(arena_printf(making->arena, "k:%lld %.*s%s%.*s", (long long)project->key, TEXT_ARG(creation),
                                       creation.len ? " " : "", TEXT_ARG(project->name))));
    tree_set(&to, making->arena, "name", tree_of_text(project->name));
    return to;
}

static struct tree rest_of(struct kbase_making *making)
{
    struct tree to = { .type = TREE_OBJECT };

    kbase_rest_read(&making->rest, making->project);
    tree_set(&to, making->arena, "project", tree_of_whole(making->project));
    tree_set(&to, making->arena, "tables", kbase_rest_take(&making->rest, making->arena));
    return to;
}

static struct tree make_document(struct kbase_making *making, const struct kbase_project *project)
{
    struct tree document = { .type = TREE_OBJECT };
    struct arena *arena = making->arena;

    tree_set(&document, arena, "schema_version", tree_of_text(TEXT("1.0")));
    tree_set(&document, arena, "project", project_of(making, project));
    tree_set(&document, arena, "loops", kbase_loops_read(making));
    tree_set(&document, arena, "clips", kbase_clips_read(making));
    tree_set(&document, arena, "items", kbase_source_items(&making->sources));
    tree_set(&document, arena, "k", rest_of(making));
    return document;
}

static struct text leave_out_rest(struct kbase_making *making, struct tree *document)
{
    struct tree rest = { .type = TREE_OBJECT };

    tree_set(&rest, making->arena, "project", tree_of_whole(making->project));
    tree_set(document, making->arena, "k", rest);
    kbase_note(&making->content->notes, "the project is too large to keep other tables as text: they are left out");
    return tree_canonical(document, making->arena);
}

static struct kbase_making *begin_making(struct kbase_content *content, uint32_t place, struct arena *arena)
{
    struct kbase_making *making = arena_alloc(arena, sizeof(*making));

    base_begin(content->base);
    *making = (struct kbase_making){ .content = content, .arena = arena, .project = content->projects.at[place].key };
    making->sources = (struct kbase_sources){
        .base = content->base, .tables = &content->tables, .notes = &content->notes, .arena = arena
    };
    making->rest = (struct kbase_rest){ .base = content->base, .tables = &content->tables, .notes = &content->notes };
    return making;
}

enum err kbase_project_read(struct kbase_content *content, uint32_t place, struct arena *arena, struct text *document,
                            struct kbase_source_list *sources, struct fault *fault)
{
    struct kbase_making *making;
    struct tree tree;

    content->notes.arena = arena;
    content->notes.count = 0;
    content->notes.more = 0;
    if (place >= content->projects.count)
        return fault_set(fault, ERR_NOT_FOUND, "the database has no project %u", place);
    making = begin_making(content, place, arena);
    tree = make_document(making, &content->projects.at[place]);
    if (making->is_spent)
        return fault_set(fault, ERR_TOO_LARGE, "to read its loops and clips takes too many steps or too much memory");
    *document = tree_canonical(&tree, arena);
    if (document->len > KBASE_DOCUMENT_MOST)
        *document = leave_out_rest(making, &tree);
    *sources = making->sources.found;
    return document->len <= KBASE_DOCUMENT_MOST
               ? ERR_OK
               : fault_set(fault, ERR_TOO_LARGE, "it has more than %d bytes", KBASE_DOCUMENT_MOST);
}
