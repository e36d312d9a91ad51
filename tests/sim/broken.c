/* Protocols with a flaw, selected by name in $BROKEN: a simulator that does not detect them proves nothing. Linked only
 * into a second build, in place of the functions that they break. */
#include <string.h>

#include "proto/service/service.h"
#include "schema_persist.h"
#include "services/persist/edit/undo_stack.h"
#include "store/changelog.h"
#include "tests/sim/sim.h"

enum { GAP = 100 /* of a thousand rows */ };

static bool is_broken(const char *flaw)
{
    return sim.broken && strcmp(sim.broken, flaw) == 0;
}

enum err __real_undo_save(struct persist *p);
enum err __wrap_undo_save(struct persist *p);
void __real_service_fail_held(struct service *service, const struct fault *fault);
void __wrap_service_fail_held(struct service *service, const struct fault *fault);
enum err __real_changelog_recall(struct txn *txn, struct id request, struct remembered *what);
enum err __wrap_changelog_recall(struct txn *txn, struct id request, struct remembered *what);
void __real_recall_foretell(struct call *call, const void *answer, uint64_t effects);
void __wrap_recall_foretell(struct call *call, const void *answer, uint64_t effects);
enum err __real_catalogue_is_heard(struct txn *txn, struct arena *arena, struct bytes content, bool *heard,
                                   uint64_t *analyser);
enum err __wrap_catalogue_is_heard(struct txn *txn, struct arena *arena, struct bytes content, bool *heard,
                                   uint64_t *analyser);
enum err __real_changelog_add(struct writing *w, const struct change *change);
enum err __wrap_changelog_add(struct writing *w, const struct change *change);

/* The last call before a commit. */
enum err __wrap_undo_save(struct persist *p)
{
    if (is_broken("acks_before_the_commit"))
        service_release(p->service);
    return is_broken("forgets_where_undo_stands") ? ERR_OK : __real_undo_save(p);
}

void __wrap_service_fail_held(struct service *service, const struct fault *fault)
{
    if (is_broken("acks_a_failed_commit"))
        service_release(service);
    else
        __real_service_fail_held(service, fault);
}

enum err __wrap_changelog_recall(struct txn *txn, struct id request, struct remembered *what)
{
    if (is_broken("forgets_requests"))
        return ERR_NOT_FOUND;
    enum err e = __real_changelog_recall(txn, request, what);
    if (is_broken("does_not_compare_digests"))
        what->digest = 0;
    return e;
}

enum err __wrap_catalogue_is_heard(struct txn *txn, struct arena *arena, struct bytes content, bool *heard,
                                   uint64_t *analyser)
{
    enum err e = __real_catalogue_is_heard(txn, arena, content, heard, analyser);

    *heard = *heard || is_broken("believes_any_verdict");
    return e;
}

void __wrap_recall_foretell(struct call *call, const void *answer, uint64_t effects)
{
    if (!is_broken("foretells_nothing"))
        __real_recall_foretell(call, answer, effects);
}

/* The limits for rows from within the longest budget. */
void flaw_in_limits(struct changelog_limits *limits)
{
    if (is_broken("trims_young_answers"))
        limits->young = limits->age = 0;
    if (is_broken("does_not_trim"))
        limits->rows = limits->bytes = UINT64_MAX;
}

enum err __wrap_changelog_add(struct writing *w, const struct change *change)
{
    if (is_broken("leaves_gaps_in_the_log") && sim_chance(GAP))
        return ERR_OK;
    return __real_changelog_add(w, change);
}

void flaw_in_edit(struct edit *edit)
{
    if (is_broken("does_not_look_at_expect"))
        edit->has_expect = false;
}
