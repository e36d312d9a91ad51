#include "services/project/library/library_state.h"

#include <stdio.h>

#include "common/file.h"

enum { STATE_BYTES = 1 << 20 };

const char *library_state_path(const struct pattern_library *library, int64_t step, const char *file,
                               char to[LIBRARY_PATH])
{
    if (step)
        (void)snprintf(to, LIBRARY_PATH, "%s/.steps/%06lld/%s", library->folder, (long long)step, file);
    else
        (void)snprintf(to, LIBRARY_PATH, "%s/.steps/%s", library->folder, file);
    return to;
}

enum err library_state_tree(const char *path, struct arena *arena, struct tree *to, struct fault *fault)
{
    struct buffer bytes = { 0 };
    enum err e = file_read_all(path, STATE_BYTES, &bytes, fault);

    if (e == ERR_OK)
        e = tree_read(arena_text(arena, (struct text){ (uint32_t)bytes.len, (const char *)bytes.at }), arena, to,
                      fault);
    buffer_free(&bytes);
    if (e != ERR_BAD_REQUEST)
        return e;
    fault_set(fault, ERR_IO, "%.150s is damaged", path);
    return fault_hint(fault,
                      "move the folder .steps away: the patterns stay, but the steps that undo could revert are lost");
}

enum err library_state_read(const struct pattern_library *library, struct step_state *to, struct fault *fault)
{
    char path[LIBRARY_PATH];
    struct tree whole = { .type = TREE_OBJECT };
    const struct tree *done;
    enum err e = library_state_tree(library_state_path(library, 0, "state.json", path), &to->arena, &whole, fault);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    to->at = (int64_t)tree_real(&whole, "at", 0);
    to->going = (int64_t)tree_real(&whole, "going", 0);
    to->top = (int64_t)tree_real(&whole, "top", 0);
    done = tree_get(&whole, "done");
    to->done = done && done->type == TREE_LIST ? *done : (struct tree){ .type = TREE_LIST };
    if (to->at < 0 || to->top < to->at || to->going < to->at - 1 || to->going > to->at + 1)
        return fault_set(fault, ERR_IO, "%.150s is damaged", path);
    return ERR_OK;
}

enum err library_state_write(const struct pattern_library *library, struct step_state *state, struct fault *fault)
{
    char path[LIBRARY_PATH];
    struct tree whole = { .type = TREE_OBJECT };
    struct text text;

    tree_set(&whole, &state->arena, "at", tree_of_whole(state->at));
    tree_set(&whole, &state->arena, "going", tree_of_whole(state->going));
    tree_set(&whole, &state->arena, "top", tree_of_whole(state->top));
    tree_set(&whole, &state->arena, "done", state->done);
    text = tree_canonical(&whole, &state->arena);
    return file_write_atomic(library_state_path(library, 0, "state.json", path), bytes_of(text.at, text.len), 0644,
                             fault);
}

static struct text digest_of(const struct sender *sender, struct arena *arena)
{
    return arena_printf(arena, "%016llx", (unsigned long long)sender->digest);
}

void library_state_note(struct step_state *state, const struct sender *sender, struct text said)
{
    struct tree one = { .type = TREE_OBJECT }, all = { .type = TREE_LIST };

    tree_set(&one, &state->arena, "request", tree_of_id(sender->request, &state->arena));
    tree_set(&one, &state->arena, "digest", tree_of_text(digest_of(sender, &state->arena)));
    tree_set(&one, &state->arena, "said", tree_of_text(said));
    tree_add(&all, &state->arena, one);
    for (uint32_t i = 0; i < state->done.count && i < LIBRARY_DONE - 1; i++)
        tree_add(&all, &state->arena, state->done.members[i].value);
    state->done = all;
}

static const struct tree *find_done(const struct step_state *state, struct id request)
{
    struct id id;

    for (uint32_t i = 0; i < state->done.count; i++)
        if (tree_id(&state->done.members[i].value, "request", &id) && id_equal(id, request))
            return &state->done.members[i].value;
    return NULL;
}

enum err library_state_answer(const struct pattern_library *library, const struct sender *sender, struct arena *arena,
                              struct text *said, struct fault *fault)
{
    struct step_state state = { 0 };
    enum err e = library_state_read(library, &state, fault);
    const struct tree *one = e == ERR_OK ? find_done(&state, sender->request) : NULL;

    *said = (struct text){ 0 };
    if (one && !text_equal(tree_text(one, "digest"), digest_of(sender, &state.arena)))
        e = fault_set(fault, ERR_CONFLICT, "another ask had this request id");
    else if (one)
        *said = arena_text(arena, tree_text(one, "said"));
    arena_free(&state.arena);
    return e;
}
