#include "services/persist/places/analysis.h"

#include "services/persist/edit/ranges.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/turn.h"
#include "store/artefact.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_write.h"

enum { ARTEFACTS = 16 };

struct planned {
    const struct analysed *found;
    struct media was, now;
    struct facts own;     /* the item's facts after the analysis */
    struct facts content; /* the content's facts after the analysis */
    bool content_is_new;  /* take the content's facts, embedding and artefacts from `found` */
    struct kept_artefact kept[ARTEFACTS];
    uint8_t digests[ARTEFACTS][16];
};

/* ---- checks ---- */

static enum err refuse_field(struct fault *fault, const char *field, const char *what)
{
    fault_set(fault, ERR_BAD_REQUEST, "%s", what);
    return fault_field(fault, field);
}

static bool embedding_is_complete(const struct embedding *e)
{
    return e->spectrum.count == 16 && e->timbre.count == 16 && e->pitch.count == 12 && e->amplitude.count == 12 &&
           e->rhythm.count == 8;
}

static enum err check_analysed(const struct analysed *found, struct fault *fault)
{
    if (found->content.len != 0 && places_check_content(found->content, "content", fault) != ERR_OK)
        return ERR_BAD_REQUEST;
    if (found->state.value == ANALYSIS_STATE_OTHER)
        return refuse_field(fault, "state", "the state of analysis is unknown to this program");
    if (found->has_embedding && !embedding_is_complete(&found->embedding))
        return refuse_field(fault, "embedding",
                            "the embedding is incomplete: expected blocks of 16, 16, 12, 12 and 8 numbers");
    for (uint32_t i = 0; i < found->facts.count; i++) {
        const struct fact *fact = &found->facts.at[i];
        if (fact->attribute.len == 0)
            return refuse_field(fault, "facts", "a fact has no attribute");
        if (fact->source.value != SOURCE_FILE && fact->source.value != SOURCE_ANALYSIS)
            return refuse_field(fault, "facts", "a fact of a worker has another source: expected file or analysis");
    }
    return places_check_artefacts(found->artefacts, fault);
}

/* ---- facts ---- */

static bool has_source(struct fact_list facts, enum source source, uint64_t *newest)
{
    bool any = false;

    *newest = 0;
    for (uint32_t i = 0; i < facts.count; i++) {
        if (facts.at[i].source.value != (int32_t)source)
            continue;
        any = true;
        if (facts.at[i].version > *newest)
            *newest = facts.at[i].version;
    }
    return any;
}

/* False: a verdict by hash, which relies on the facts that its content has already. */
static bool brings_analysis(const struct analysed *found)
{
    uint64_t unused;

    return has_source(found->facts, SOURCE_ANALYSIS, &unused) || found->has_embedding || found->artefacts.count;
}

static struct fact copy_fact(const struct planned *plan, const struct fact *fact)
{
    struct fact copy = *fact;

    copy.shown = fact->shown && ranges_hold(fact);
    if (fact->source.value == SOURCE_ANALYSIS)
        copy.version = plan->found->analyser;
    return copy;
}

/* The facts of `was` from other sources, and then the facts of `found` as facts of `source`. */
static enum err replace_source(struct persist *p, const struct planned *plan, const struct facts *was,
                               enum source source, struct facts *to, struct fault *fault)
{
    const struct fact_list *found = &plan->found->facts;
    struct fact_list all = { 0, arena_array(&p->arena, was->each.count + found->count, sizeof(struct fact)) };

    for (uint32_t i = 0; i < was->each.count; i++)
        if (was->each.at[i].source.value != (int32_t)source)
            all.at[all.count++] = was->each.at[i];
    for (uint32_t i = 0; i < found->count; i++)
        if (found->at[i].source.value == (int32_t)source)
            all.at[all.count++] = copy_fact(plan, &found->at[i]);
    if (all.count > FACTS_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "more than %d facts", FACTS_MOST);
    to->each = all;
    return ERR_OK;
}

static enum err plan_facts(struct persist *p, struct planned *plan, struct fault *fault)
{
    struct facts own, content;
    uint64_t newest, unused;
    bool brings_facts = has_source(plan->found->facts, SOURCE_ANALYSIS, &unused);
    enum err e = catalogue_subject_facts(p->w.txn, &p->arena, bytes_of(plan->was.id.b, 16), &own);

    if (e == ERR_OK)
        e = catalogue_subject_facts(p->w.txn, &p->arena, plan->now.content, &content);
    if (e != ERR_OK)
        return fault_set(fault, e, "the item's facts cannot be read");
    bool has_facts = has_source(content.each, SOURCE_ANALYSIS, &newest);
    bool is_done = plan->found->state.value == ANALYSIS_STATE_DONE;
    bool is_none = plan->found->state.value == ANALYSIS_STATE_NONE; /* a video without sound has a length */
    bool replaces_facts = is_done ? brings_facts || !has_facts : is_none && brings_facts;
    plan->content_is_new = plan->now.content.len && replaces_facts && plan->found->analyser >= newest;
    if (!plan->content_is_new && has_facts && newest > plan->now.analyser)
        plan->now.analyser = newest;
    plan->own = own;
    if (is_done)
        e = replace_source(p, plan, &own, SOURCE_FILE, &plan->own, fault);
    if (e == ERR_OK && plan->content_is_new)
        e = replace_source(p, plan, &content, SOURCE_ANALYSIS, &plan->content, fault);
    return e;
}

/* ---- the item ---- */

static void plan_media(struct planned *plan)
{
    const struct analysed *found = plan->found;
    struct media *now = &plan->now;

    *now = plan->was;
    now->analysis = found->state;
    now->analyser = found->analyser;
    now->failure = found->failure;
    if (found->content.len)
        now->content = found->content;
    if (found->state.value != ANALYSIS_STATE_DONE && found->state.value != ANALYSIS_STATE_NONE)
        return;
    now->container = found->container;
    now->sample_format = found->sample_format;
    now->bit_depth = found->bit_depth;
    now->has_form = found->has_form;
    now->form = found->form;
    now->sample_rate = found->sample_rate;
    now->channels = found->channels;
    now->frames = found->frames;
}

/* The files of large artefacts are already written (artefact_writer.h). */
static enum err keep_artefacts(struct planned *plan, struct fault *fault)
{
    for (uint32_t i = 0; plan->content_is_new && i < plan->found->artefacts.count; i++) {
        const struct artefact *artefact = &plan->found->artefacts.at[i];
        if (artefact_is_large(artefact) && plan->found->content.len == 0)
            return fault_set(fault, ERR_BUSY, "another client gave the item a content: ask again");
        artefact_describe(artefact, plan->digests[i], &plan->kept[i]);
    }
    return ERR_OK;
}

/* ---- writing ---- */

/* A file that this turn would have removed is needed again. */
static void rescue_artefact(struct persist *p, struct bytes content, const struct artefact *artefact)
{
    char name[ARTEFACT_NAME_SIZE];

    artefact_cross_out(&p->w.dropped,
                       artefact_name(content, artefact->type, artefact->parameters, artefact->version, name));
}

static enum err write_content(struct persist *p, const struct planned *plan)
{
    struct bytes content = plan->now.content;
    enum err e = turn_wrote(p, catalogue_put_facts(&p->w, content, &plan->content));

    if (e == ERR_OK && plan->found->has_embedding)
        e = turn_wrote(p, catalogue_put_embedding(&p->w, content, &plan->found->embedding));
    for (uint32_t i = 0; e == ERR_OK && i < plan->found->artefacts.count; i++) {
        const struct artefact *artefact = &plan->found->artefacts.at[i];
        e = turn_wrote(p, catalogue_put_artefact(&p->w, content, artefact->type, artefact->parameters, &plan->kept[i]));
        rescue_artefact(p, content, artefact);
    }
    return e;
}

static bool is_another(void *state, struct id media)
{
    struct id **self = state;

    if (!id_equal(media, **self))
        *self = NULL;
    return *self != NULL;
}

/* The other items of this content have new facts now. */
static enum err log_content(struct persist *p, const struct planned *plan)
{
    struct id self = plan->now.id, *only = &self;
    enum err e = turn_wrote(p, catalogue_each_with_content(p->w.txn, plan->now.content, is_another, &only));

    if (e != ERR_OK || only)
        return e;
    return turn_log(p, CHANGE_KIND_FACTS, key_id_at(plan->now.content, 0), false);
}

static enum err write_analysed(struct persist *p, struct planned *plan)
{
    enum err e;

    plan->now.revision = turn_next(p);
    e = turn_wrote(p, catalogue_put_media(&p->w, &plan->was, &plan->now));
    if (e == ERR_OK)
        e = turn_wrote(p, catalogue_put_facts(&p->w, bytes_of(plan->now.id.b, 16), &plan->own));
    if (e == ERR_OK && plan->content_is_new)
        e = write_content(p, plan);
    if (e == ERR_OK)
        e = turn_log(p, CHANGE_KIND_MEDIA, plan->now.id, false);
    return e == ERR_OK && plan->content_is_new ? log_content(p, plan) : e;
}

/* Whether this analyser, or a newer one, has analysed the content that the item will have. */
static enum err find_analysed(struct persist *p, const struct planned *plan, bool *is_analysed, struct fault *fault)
{
    struct bytes content = plan->found->content.len ? plan->found->content : plan->was.content;
    uint64_t analyser;
    enum err e = catalogue_is_analysed(p->w.txn, &p->arena, content, is_analysed, &analyser);

    *is_analysed = *is_analysed && (analyser == 0 || analyser >= plan->found->analyser);
    return e == ERR_OK ? e : fault_set(fault, e, "the facts of the item's content cannot be read");
}

/* The file changed since, or the facts that a verdict by hash relies on are gone: the last item that had them was
 * removed meanwhile. */
static bool is_stale(const struct media *was, const struct analysed *found, bool is_analysed)
{
    if (was->size != found->size || was->mtime != found->mtime ||
        (was->has_changed && found->has_changed && was->changed != found->changed))
        return true;
    return found->state.value == ANALYSIS_STATE_DONE && !is_analysed && !brings_analysis(found);
}

/* The same file and analyser: submitted twice, because the sender died before the reply. */
static bool is_known(const struct media *was, const struct analysed *found)
{
    return was->analysis.value == ANALYSIS_STATE_DONE && found->state.value == ANALYSIS_STATE_DONE &&
           was->analyser == found->analyser && was->content.len && bytes_equal(was->content, found->content);
}

enum err analysis_put(struct persist *p, const struct analysed *found, struct outcome *outcome, struct fault *fault)
{
    struct planned plan = { .found = found };
    bool is_analysed = false;
    enum err e = check_analysed(found, fault);

    if (e == ERR_OK)
        e = places_find(p, found->id, &plan.was, fault);
    if (e == ERR_OK)
        e = find_analysed(p, &plan, &is_analysed, fault);
    if (e != ERR_OK)
        return e;
    outcome->id = found->id;
    outcome->revision = plan.was.revision;
    outcome->stale = is_stale(&plan.was, found, is_analysed);
    if (outcome->stale || (is_analysed && is_known(&plan.was, found)))
        return ERR_OK;
    plan_media(&plan);
    e = plan_facts(p, &plan, fault);
    if (e == ERR_OK)
        e = keep_artefacts(&plan, fault);
    if (e == ERR_OK)
        e = write_analysed(p, &plan);
    outcome->revision = plan.now.revision;
    return e;
}
