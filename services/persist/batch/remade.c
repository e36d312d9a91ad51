#include "services/persist/batch/remade.h"

#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/turn.h"
#include "store/artefact.h"
#include "store/catalogue_write.h"

static enum err check_remade(struct persist *p, const struct remade *remade, struct fault *fault)
{
    bool any = false;
    enum err e = places_check_content(remade->content, "content", fault);

    if (e == ERR_OK && remade->artefacts.count == 0) {
        fault_set(fault, ERR_BAD_REQUEST, "the list of artefacts is empty: expected at least one");
        return fault_field(fault, "artefacts");
    }
    if (e == ERR_OK)
        e = places_check_artefacts(remade->artefacts, fault);
    if (e != ERR_OK)
        return e;
    e = catalogue_has_content(p->w.txn, remade->content, &any);
    if (e != ERR_OK)
        return fault_set(fault, e, "the items of this content cannot be read");
    return any ? ERR_OK : fault_set(fault, ERR_NOT_FOUND, "no media item has this content");
}

static bool is_same_artefact(const struct kept_artefact *a, const struct kept_artefact *b)
{
    return a->version == b->version && a->size == b->size && bytes_equal(a->digest, b->digest) &&
           bytes_equal(a->data, b->data);
}

/* A row that has the same content already stays unchanged. */
static enum err put_one(struct persist *p, struct bytes content, const struct artefact *artefact)
{
    struct key key = key_artefact(content, artefact->type, artefact->parameters);
    struct kept_artefact was, now;
    char name[ARTEFACT_NAME_SIZE];
    uint8_t digest[16];
    enum err e = row_get(p->w.txn, &p->arena, DB_ARTEFACT, &key, &kept_artefact_shape, &was);

    artefact_describe(artefact, digest, &now);
    if (e == ERR_OK && is_same_artefact(&was, &now))
        return ERR_OK;
    e = turn_wrote(p, catalogue_put_artefact(&p->w, content, artefact->type, artefact->parameters, &now));
    artefact_cross_out(&p->w.dropped,
                       artefact_name(content, artefact->type, artefact->parameters, artefact->version, name));
    return e;
}

static enum err drop_others(struct persist *p, const struct remade *remade)
{
    struct key key;
    enum err e;

    while ((e = catalogue_unlisted_artefact(p->w.txn, remade->content, remade->artefacts, &key)) == ERR_OK)
        if ((e = turn_wrote(p, catalogue_remove_artefact(&p->w, &key))) != ERR_OK)
            break;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err remade_put(struct persist *p, const struct remade *remade, struct outcome *outcome, struct fault *fault)
{
    enum err e = check_remade(p, remade, fault);

    if (e != ERR_OK)
        return e;
    outcome->revision = p->head;
    for (uint32_t i = 0; e == ERR_OK && i < remade->artefacts.count; i++)
        e = put_one(p, remade->content, &remade->artefacts.at[i]);
    return e == ERR_OK ? drop_others(p, remade) : e;
}
