#include "services/worker/kbase/kbase_project.h"

#include "services/worker/kbase/kbase_loops.h"

/* By this id the service knows the project at the next import. */
static struct tree project_of(const struct kbase_making *making, const struct kbase_project *project)
{
    struct tree to = { .type = TREE_OBJECT };

    tree_set(&to, making->arena, "id",
             tree_of_text(arena_printf(making->arena, "k:%lld %.*s", (long long)project->key,
                                       TEXT_ARG(project->name))));
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

enum err kbase_project_read(struct kbase_content *content, uint32_t place, struct text *document,
                            struct kbase_source_list *sources, struct fault *fault)
{
    struct kbase_making *making;
    struct tree tree;

    if (place >= content->projects.count)
        return fault_set(fault, ERR_NOT_FOUND, "the database has no project %u", place);
    content->notes.count = 0;
    content->notes.more = 0;
    making = arena_alloc(content->arena, sizeof(*making));
    *making = (struct kbase_making){ .content = content,
                                     .arena = content->arena,
                                     .project = content->projects.at[place].key };
    making->sources = (struct kbase_sources){
        .base = content->base, .tables = &content->tables, .notes = &content->notes, .arena = content->arena
    };
    making->rest = (struct kbase_rest){ .base = content->base, .tables = &content->tables, .notes = &content->notes };
    tree = make_document(making, &content->projects.at[place]);
    *document = tree_canonical(&tree, content->arena);
    if (document->len > KBASE_DOCUMENT_MOST)
        *document = leave_out_rest(making, &tree);
    *sources = making->sources.found;
    return document->len <= KBASE_DOCUMENT_MOST
               ? ERR_OK
               : fault_set(fault, ERR_TOO_LARGE, "the project \"%.*s\" has more than %d bytes",
                           TEXT_ARG(content->projects.at[place].name), KBASE_DOCUMENT_MOST);
}
