/* deaths.c: the crash records of the data folder. */

#include "frontends/web/asks/deaths.h"

#include "common/process/crash_list.h"

/* The texts lie in the call's arena afterwards. False: it is full. */
static bool copy_death(struct arena *arena, const struct crash *from, bool whole, struct crash_line *to)
{
    *to = (struct crash_line){
        .name = arena_text(arena, from->file),
        .service = arena_text(arena, from->service),
        .pid = from->pid,
        .at_us = from->at,
        .signal = arena_text(arena, from->signal),
        .cause = arena_text(arena, from->cause),
        .ended = arena_text(arena, from->ended),
        .in_hand = arena_text(arena, from->in_hand),
        .hang = from->hang,
        .has_record = whole,
        .record = whole ? arena_text(arena, from->whole) : (struct text){ 0 },
    };
    return to->name.at && to->service.at && to->signal.at && to->cause.at && to->ended.at && to->in_hand.at &&
           (!whole || to->record.at);
}

static enum err copy_deaths(struct call *call, const struct crash_list *list, struct text name, struct deaths *to)
{
    bool one = name.len > 0;

    to->each.at = arena_array(call_arena(call), CRASH_LIST_MAX, sizeof(*to->each.at));
    if (!to->each.at)
        return refuse_full(call);
    for (uint32_t i = 0; i < list->count && to->each.count < CRASH_LIST_MAX; i++) {
        if (one && !text_equal(list->at[i].file, name))
            continue;
        if (!copy_death(call_arena(call), &list->at[i], one, &to->each.at[to->each.count]))
            return refuse_full(call);
        to->each.count++;
    }
    if (one && to->each.count == 0)
        return refuse(call, ERR_NOT_FOUND, "no record \"%.*s\"", TEXT_ARG(name));
    return ERR_OK;
}

enum err deaths_answer(struct own_asks *own, struct call *call, const struct web_crashes *ask, struct deaths *to)
{
    struct arena arena = { 0 };
    struct crash_list list = { 0 };
    enum err e = crash_list(own->paths, &arena, &list, call_fault(call));

    if (e == ERR_OK)
        e = copy_deaths(call, &list, ask->name, to);
    arena_free(&arena);
    return e;
}
